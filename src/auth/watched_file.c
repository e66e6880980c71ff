/* SPDX-License-Identifier: MIT */
/* Files that may change while the program runs. */
#include "berth/auth/watched_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/clock.h"

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool watched_file_changed(const struct watched_file *file)
{
	const struct stat *seen = &file->seen;
	struct stat now;

	if (file->fresh)
		return true;
	if (stat(file->path, &now) != 0)
		memset(&now, 0, sizeof now);
	return now.st_dev != seen->st_dev || now.st_ino != seen->st_ino || now.st_size != seen->st_size ||
	       !same_time(now.st_mtim, seen->st_mtim) || !same_time(now.st_ctim, seen->st_ctim);
}

long watched_file_age(const struct watched_file *file)
{
	struct stat now;

	return stat(file->path, &now) == 0 ? (long)(time(NULL) - now.st_mtime) : 0;
}

static bool watched_file_fail(char *reason, size_t size, const char *path, const char *why)
{
	(void)snprintf(reason, size, "%s: %s", path, why);
	return false;
}

/*
 * Returns whether the file changed in the tick that began at `now`, or later. A time that is more than a second ahead was set by
 * another clock.
 */
static bool is_fresh(const struct stat *seen, struct timespec now)
{
	struct timespec then = seen->st_ctim;

	if (then.tv_sec != now.tv_sec)
		return then.tv_sec == now.tv_sec + 1;
	return then.tv_nsec >= now.tv_nsec;
}

static ssize_t watched_file_read_all(int fd, char *bytes, size_t limit)
{
	size_t have = 0;
	ssize_t got = 1;

	while (got > 0 && have < limit) {
		got = read(fd, bytes + have, limit - have);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			have += (size_t)got;
	}
	return got < 0 ? -1 : (ssize_t)have;
}

static bool read_open(int fd, struct watched_file *file, struct arena *arena, size_t limit, struct span *out, char *reason,
		      size_t size)
{
	struct timespec now = clock_wall_coarse(); /* from before the look at the file */
	ssize_t got;
	char *bytes;

	if (fstat(fd, &file->seen) != 0)
		return watched_file_fail(reason, size, file->path, strerror(errno));
	if (!S_ISREG(file->seen.st_mode))
		return watched_file_fail(reason, size, file->path, "not a file");
	if ((size_t)file->seen.st_size > limit)
		return watched_file_fail(reason, size, file->path, "too large");
	/* a file that grows during the read has changed, and is read again by the next look */
	bytes = arena_alloc(arena, (size_t)file->seen.st_size + 1);
	got = watched_file_read_all(fd, bytes, (size_t)file->seen.st_size);
	if (got < 0)
		return watched_file_fail(reason, size, file->path, strerror(errno));
	bytes[got] = '\0';
	file->fresh = is_fresh(&file->seen, now);
	*out = (struct span){bytes, (size_t)got};
	return true;
}

bool watched_file_read(struct watched_file *file, struct arena *arena, size_t limit, struct span *out, char *reason,
		       size_t size)
{
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	bool ok;

	memset(&file->seen, 0, sizeof file->seen);
	file->fresh = false;
	if (fd < 0 && errno == ENOMEM)
		arena_exhaust(arena);
	if (fd < 0)
		return watched_file_fail(reason, size, file->path, strerror(errno));
	ok = read_open(fd, file, arena, limit, out, reason, size);
	close(fd);
	return ok;
}
