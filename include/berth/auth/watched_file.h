/* SPDX-License-Identifier: MIT */
/*
 * A file that may be replaced or rewritten while the program runs.
 *
 * A file has changed when its device, inode, size, modification time or change time differs from that of the last read. So a
 * file that rename(2) puts in place counts, even if it has the age and the length of the one before. A file that was written in
 * the tick of the kernel's clock in which it was read may be written again without a new time; it is read once more.
 */
#ifndef BERTH_AUTH_WATCHED_FILE_H
#define BERTH_AUTH_WATCHED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <sys/stat.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct watched_file {
	const char *path; /* borrowed */
	struct stat seen; /* as of the last read, whether or not it worked; zero before */
	bool fresh;       /* was written in the tick in which it was read */
};

/* Returns whether the file has changed since the last read. */
bool watched_file_changed(const struct watched_file *file);

/* Returns the seconds since the file was last written, by its modification time and our clock; 0 when there is no file. */
long watched_file_age(const struct watched_file *file);

/*
 * Reads the file into `arena`. Returns false, with one line in `reason`, when the file cannot be read, is not a regular file, or
 * has more than `limit` bytes. If the kernel has no memory, the arena is exhausted.
 */
bool watched_file_read(struct watched_file *file, struct arena *arena, size_t limit, struct span *out, char *reason,
		       size_t size);

#endif
