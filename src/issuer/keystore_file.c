/* SPDX-License-Identifier: MIT */
/* Listing, reading and durably writing the files of a key store. */
#include "keystore_file_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/strbuf.h"

#define FILE_MAX ((size_t)64 << 10)

bool keystore_fail(char *reason, size_t size, const char *what)
{
	(void)snprintf(reason, size, "%s: %s", what, strerror(errno));
	return false;
}

static int keystore_by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Returns the name without the suffix; NULL if it has another suffix or is hidden. */
static const char *without(struct arena *arena, const char *name, const char *suffix)
{
	size_t len = strlen(name), cut = strlen(suffix);

	if (len <= cut || name[0] == '.' || strcmp(name + len - cut, suffix) != 0)
		return NULL;
	return arena_span(arena, (struct span){name, len - cut});
}

bool keystore_names(const char **out, size_t most, size_t *count, struct arena *arena, const char *folder,
		    const char *suffix, char *reason, size_t size)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;

	*count = 0;
	if (!dir)
		return keystore_fail(reason, size, folder);
	while (*count < most && (entry = readdir(dir))) {
		const char *name = without(arena, entry->d_name, suffix);

		if (name)
			out[(*count)++] = name;
	}
	closedir(dir);
	qsort(out, *count, sizeof *out, keystore_by_name);
	return true;
}

bool keystore_load(struct span *out, struct arena *arena, const char *path, char *reason, size_t size)
{
	FILE *file = fopen(path, "re");
	struct strbuf text;
	size_t got;
	char *room;
	bool ok;

	if (!file)
		return keystore_fail(reason, size, path);
	strbuf_init(&text, arena, FILE_MAX);
	room = strbuf_reserve(&text, FILE_MAX - 1);
	got = fread(room, 1, FILE_MAX - 1, file);
	ok = !ferror(file);
	text.len = got;
	fclose(file);
	*out = strbuf_span(&text);
	return ok || keystore_fail(reason, size, path);
}

static bool write_whole(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t done = write(fd, bytes.ptr, bytes.len);

		if (done < 0 && errno != EINTR)
			return false;
		bytes = span_after(bytes, done < 0 ? 0 : (size_t)done);
	}
	return true;
}

static bool sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

bool keystore_save(struct arena *arena, const char *folder, const char *name, mode_t mode, struct span bytes, char *reason,
		   size_t size)
{
	const char *path = arena_printf(arena, "%s/%s", folder, name);
	const char *fresh = arena_printf(arena, "%s/.%s.%d", folder, name, (int)getpid());
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat owner;
	bool ok;

	if (fd < 0)
		return keystore_fail(reason, size, fresh);
	ok = stat(folder, &owner) == 0 && write_whole(fd, bytes) &&
	     (geteuid() != 0 || fchown(fd, owner.st_uid, owner.st_gid) == 0) && fchmod(fd, mode) == 0 && fsync(fd) == 0;
	ok = close(fd) == 0 && ok;
	if (ok && rename(fresh, path) == 0 && sync_folder(folder))
		return true;
	(void)keystore_fail(reason, size, path);
	(void)unlink(fresh);
	return false;
}
