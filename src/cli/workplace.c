/* SPDX-License-Identifier: MIT */
/* The run folder of `berth serve`. */
#include "workplace_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK "berth.lock"
#define SOCKET_ROOM 24 /* of the 107 bytes of a socket's path: what is added to the folder's */

/* Nothing in it, or our lock among what is. */
static bool is_ours(const char *path, const char *lock)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	bool empty = true;

	if (!folder)
		return false;
	while ((entry = readdir(folder)) != NULL)
		empty &= entry->d_name[0] == '.' && strspn(entry->d_name, ".") == strlen(entry->d_name);
	closedir(folder);
	return empty || access(lock, F_OK) == 0;
}

bool workplace_open(const char *path, const struct identity *as, struct arena *arena, const char **reason)
{
	const char *lock = arena_printf(arena, "%s/" LOCK, path);
	int fd;

	if (strlen(path) + SOCKET_ROOM > 107)
		*reason = arena_printf(arena, "%s is too long a path for the sockets in it", path);
	else if (!identity_make_folder(as, path, 0700))
		*reason = arena_printf(arena, "%s cannot be made: %s", path, strerror(errno));
	else if (!is_ours(path, lock))
		*reason = arena_printf(arena, "%s is not a folder that Berth made; choose another one with --data", path);
	else if (!identity_may(as, path, R_OK | W_OK | X_OK))
		*reason = arena_printf(arena, "%s is closed to %s: it, or a folder above it", path, as->user);
	else if ((fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		*reason = arena_printf(arena, "%s: %s", lock, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		*reason = arena_printf(arena, "another berth serve uses %s", path);
	else
		return true; /* the lock goes with the process */
	return false;
}

bool workplace_write(const char *path, const char *text, size_t len, const struct identity *as)
{
	char fresh[PATH_MAX];
	FILE *file;
	bool good;

	snprintf(fresh, sizeof fresh, "%s.new", path);
	file = fopen(fresh, "we");
	if (!file)
		return false;
	good = fwrite(text, 1, len, file) == len && (!as->changes || fchown(fileno(file), as->uid, as->gid) == 0);
	good = fclose(file) == 0 && good;
	return good && rename(fresh, path) == 0;
}
