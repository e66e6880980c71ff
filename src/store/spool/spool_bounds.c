/* SPDX-License-Identifier: MIT */
/* The bounds of the spool. */
#include "berth/store/spool_bounds.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "berth/base/log.h"

#define BLOCK ((uint64_t)512)           /* unit of st_blocks */
#define LARGEST_MIN ((uint64_t)1 << 20) /* smaller files are not worth it */

/* What the folder holds, and the largest file that could be taken back. */
struct content {
	uint64_t bytes;
	uint64_t largest;
	char name[NAME_MAX + 1];
};

static void measure_spool(const struct spool_bounds *bounds, struct content *out)
{
	DIR *folder = opendir(bounds->folder);
	struct stat status;

	*out = (struct content){.bytes = 0};
	for (const struct dirent *entry; folder && (entry = readdir(folder));) {
		uint64_t bytes;

		if (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(status.st_mode))
			continue;
		bytes = (uint64_t)status.st_blocks * BLOCK;
		out->bytes += bytes;
		if (status.st_nlink != 1 || bytes <= out->largest)
			continue;
		out->largest = bytes;
		(void)snprintf(out->name, sizeof out->name, "%s", entry->d_name);
	}
	if (folder)
		closedir(folder);
}

static uint64_t less(uint64_t from, uint64_t what)
{
	return from > what ? from - what : 0;
}

/* Bytes that the file system has beyond the reserve. */
static uint64_t beyond_reserve(const struct spool_bounds *bounds)
{
	uint64_t reserve = bounds->reserve, part;
	struct statvfs status;

	if (statvfs(bounds->folder, &status) < 0)
		return UINT64_MAX;
	part = (uint64_t)status.f_blocks * status.f_frsize / 20;
	if (!bounds->reserve_is_given && part < reserve)
		reserve = part;
	return less((uint64_t)status.f_bavail * status.f_frsize, reserve);
}

static uint64_t left_of(const struct spool_bounds *bounds, uint64_t used)
{
	uint64_t disk = beyond_reserve(bounds), spool = bounds->max ? less(bounds->max, used) : UINT64_MAX;

	return disk < spool ? disk : spool;
}

uint64_t spool_left(const struct spool_bounds *bounds)
{
	struct content content = {.bytes = 0};

	if (bounds->max)
		measure_spool(bounds, &content);
	return left_of(bounds, content.bytes);
}

/* The file is still the one that the folder names, and no worker has linked it. */
static bool is_ours(int folder, int fd, const char *name)
{
	struct stat opened, named;

	return fstat(fd, &opened) == 0 && fstatat(folder, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       opened.st_ino == named.st_ino && opened.st_dev == named.st_dev && opened.st_nlink == 1;
}

static bool take_back(const struct spool_bounds *bounds, const struct content *content)
{
	int folder = open(bounds->folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = folder < 0 ? -1 : openat(folder, content->name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool taken = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_ours(folder, fd, content->name) &&
		     fchmod(fd, SPOOL_TAKEN_MODE) == 0 && ftruncate(fd, 0) == 0;

	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	return taken;
}

unsigned spool_take_back(const struct spool_bounds *bounds)
{
	struct content content;
	unsigned count = 0;

	for (measure_spool(bounds, &content); content.largest >= LARGEST_MIN && left_of(bounds, content.bytes) == 0;
	     measure_spool(bounds, &content)) {
		if (!take_back(bounds, &content))
			break; /* a worker has it: space comes by itself */
		log_warn(
			"spool: took %llu bytes of the unfinished upload %s back: spool.maxsize or spool.reserve is reached",
			(unsigned long long)content.largest, content.name);
		count++;
	}
	return count;
}
