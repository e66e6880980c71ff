/* SPDX-License-Identifier: MIT */
/* A password file in memory. */
#include "berth/auth/htpasswd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "berth/auth/password.h"
#include "berth/base/hash.h"
#include "berth/base/limits.h"

#define FILE_MEMORY (64 * LIMIT_KEY_FILE)

struct entry {
	const char *user;
	struct span hash;
	size_t line;
	bool usable;
};

/* A user on the ring from which decoys are picked. The place is a hash of the password's hash, so it depends on a secret salt. */
struct point {
	uint64_t at;
	struct span hash;
};

struct htpasswd {
	struct arena arena;
	struct entry *entries; /* sorted by user */
	size_t count;
	struct point *ring; /* sorted by place; only users with usable hashes */
	size_t ring_count;
};

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

static uint64_t place_of(struct span text)
{
	unsigned char hash[HASH_SHA256_BYTES];
	uint64_t place;

	hash_sha256(hash, text);
	memcpy(&place, hash, sizeof place);
	return place;
}

static int by_place(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static void make_ring(struct htpasswd *file)
{
	file->ring = arena_array(&file->arena, file->count + 1, sizeof *file->ring);
	for (size_t i = 0; i < file->count; i++)
		if (file->entries[i].usable)
			file->ring[file->ring_count++] =
				(struct point){place_of(file->entries[i].hash), file->entries[i].hash};
	qsort(file->ring, file->ring_count, sizeof *file->ring, by_place);
}

static bool is_utf16(struct span text)
{
	return span_starts(text, "\xff\xfe") || span_starts(text, "\xfe\xff");
}

struct htpasswd *htpasswd_new(struct span text, char *reason, size_t size)
{
	struct htpasswd *file = calloc(1, sizeof *file);
	size_t number;

	if (!file)
		arena_none_left();
	arena_init(&file->arena, FILE_MEMORY);
	if (span_starts(text, "\xef\xbb\xbf"))
		text = span_after(text, 3);
	if (is_utf16(text) || !read_lines(file, text, &number)) {
		if (is_utf16(text))
			(void)snprintf(reason, size, "is UTF-16 text: save it as UTF-8");
		else
			(void)snprintf(reason, size, "line %zu is not user:hash", number);
		htpasswd_free(file);
		return NULL;
	}
	qsort(file->entries, file->count, sizeof *file->entries, by_user);
	keep_last_of_each(file);
	make_ring(file);
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

struct span htpasswd_decoy(const struct htpasswd *file, const char *user)
{
	uint64_t place = place_of(span_of(user));
	size_t low = 0, high = file->ring_count;

	if (file->ring_count == 0)
		return password_nobody();
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (file->ring[middle].at < place)
			low = middle + 1;
		else
			high = middle;
	}
	return file->ring[low % file->ring_count].hash;
}
