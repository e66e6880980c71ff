/* SPDX-License-Identifier: MIT */
/* A password file in memory. */
#include "berth/auth/htpasswd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/auth/password.h"
#include "berth/base/limits.h"

#define FILE_MEMORY (64 * LIMIT_KEY_FILE)

struct entry {
	const char *user;
	struct span hash;
	size_t line;
	bool usable;
};

struct htpasswd {
	struct arena arena;
	struct entry *entries; /* by user */
	size_t count;
	struct span costliest;
};

/* How much a usable hash costs, comparable within its kind; kinds are ordered by what their usual costs take. */
static unsigned cost_of(struct span hash)
{
	uint64_t rounds = 5000;
	struct span rest, part;

	if (span_starts(hash, "$2"))
		return 1u << ((hash.ptr[4] - '0') * 10 + (hash.ptr[5] - '0'));
	if (span_starts(hash, "$y$"))
		return 1u << 9; /* 5 to 20 ms */
	rest = span_after(hash, 3);
	if (span_starts(rest, "rounds=")) {
		rest = span_after(rest, strlen("rounds="));
		(void)(span_split(&rest, '$', &part) && span_to_u64(part, &rounds));
	}
	return (unsigned)(rounds / 10);
}

static int by_user(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = strcmp(x->user, y->user);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static void keep_last_of_each(struct htpasswd *file)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->count; i++)
		if (i + 1 == file->count || strcmp(file->entries[i].user, file->entries[i + 1].user) != 0)
			file->entries[kept++] = file->entries[i];
	file->count = kept;
}

static bool add_line(struct htpasswd *file, struct span line, size_t number)
{
	struct span hash = line, user;

	if (!span_split(&hash, ':', &user) || !hash.ptr || user.len == 0 || memchr(line.ptr, '\0', line.len))
		return false;
	file->entries[file->count++] = (struct entry){
		.user = arena_span(&file->arena, user),
		.hash = {arena_span(&file->arena, hash), hash.len},
		.line = number,
		.usable = password_hash_usable(hash),
	};
	return true;
}

static bool read_lines(struct htpasswd *file, struct span text, size_t *number)
{
	struct span rest = text, line;
	size_t lines = 1;

	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	file->entries = arena_array(&file->arena, lines + 1, sizeof *file->entries);
	for (*number = 1; span_split(&rest, '\n', &line); ++*number) {
		if (line.len > 0 && line.ptr[line.len - 1] == '\r')
			line.len--;
		line = span_trim(line);
		if (line.len > 0 && line.ptr[0] != '#' && !add_line(file, line, *number))
			return false;
	}
	return true;
}

struct htpasswd *htpasswd_new(struct span text, char *reason, size_t size)
{
	struct htpasswd *file = calloc(1, sizeof *file);
	unsigned most = 0;
	size_t number;

	(void)snprintf(reason, size, "out of memory");
	if (!file)
		return NULL;
	arena_init(&file->arena, FILE_MEMORY);
	if (!read_lines(file, text, &number)) {
		(void)snprintf(reason, size, "line %zu is not user:hash", number);
		htpasswd_free(file);
		return NULL;
	}
	qsort(file->entries, file->count, sizeof *file->entries, by_user);
	keep_last_of_each(file);
	file->costliest = password_nobody();
	for (size_t i = 0; i < file->count; i++) {
		if (!file->entries[i].usable || cost_of(file->entries[i].hash) <= most)
			continue;
		most = cost_of(file->entries[i].hash);
		file->costliest = file->entries[i].hash;
	}
	return file;
}

void htpasswd_free(struct htpasswd *file)
{
	if (!file)
		return;
	arena_release(&file->arena);
	free(file);
}

size_t htpasswd_count(const struct htpasswd *file)
{
	return file->count;
}

size_t htpasswd_unusable(const struct htpasswd *file, const char **example)
{
	size_t count = 0;

	for (size_t i = 0; i < file->count; i++) {
		if (file->entries[i].usable)
			continue;
		if (count++ == 0)
			*example = file->entries[i].user;
	}
	return count;
}

struct span htpasswd_hash(const struct htpasswd *file, const char *user)
{
	const struct entry key = {.user = user, .line = 0};
	size_t low = 0, high = file->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(file->entries[middle].user, key.user) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == file->count || strcmp(file->entries[low].user, user) != 0 || !file->entries[low].usable)
		return (struct span){"", 0};
	return file->entries[low].hash;
}

struct span htpasswd_costliest(const struct htpasswd *file)
{
	return file->costliest;
}
