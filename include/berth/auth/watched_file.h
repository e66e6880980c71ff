/* SPDX-License-Identifier: MIT */
/*
 * A file that may be replaced or rewritten while we run: has it changed, and what does it hold?
 *
 * Compared are device, inode, size and both times, so that a file put in place by rename counts even when it is as
 * old and as long as the one before. What was written in the very tick of the kernel's clock in which it was read may be
 * written again with the same times: that is read once more.
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
	bool fresh;       /* its times do not tell what was read from what may be written yet */
};

/* Is it another file, or another state of it, than the one last read? */
bool watched_file_changed(const struct watched_file *file);

/* Its seconds since the last change, by the file system's clock and ours; 0 when it is not there. */
long watched_file_age(const struct watched_file *file);

/* Reads it, at most `limit` bytes. False, with errno's text or what is wrong in `reason`. */
bool watched_file_read(struct watched_file *file, struct arena *arena, size_t limit, struct span *out, char *reason,
		       size_t size);

#endif
