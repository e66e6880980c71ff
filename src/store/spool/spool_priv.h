/* SPDX-License-Identifier: MIT */
/* The folder in which the web server leaves request bodies, and in which drivers keep files of their own on their way. */
#ifndef BERTH_STORE_SPOOL_PRIV_H
#define BERTH_STORE_SPOOL_PRIV_H

#include <stdbool.h>

#include "berth/base/error.h"
#include "berth/base/span.h"

struct spool {
	int folder; /* a directory descriptor */
	char *path; /* absolute: what the name of a spooled file must begin with */
};

/* A file that the web server spooled: the folder, reached without following a symlink, and its name there. */
struct spooled {
	int folder;
	const char *name;
	int lock; /* the file, with a shared lock: its bytes cannot be taken back (spool_bounds.h) */
};

/*
 * Gives the name of the spool file `path` relative to the spool folder `spool` (absolute). The web server chose the path: it must lie
 * below the folder, and consist of letters, digits and single slashes between them. The text is borrowed from `path`. Returns
 * false for any other path.
 */
bool spool_name(struct span *out, const char *spool, const char *path);

/*
 * Finds the file `path` and locks it. It must be a regular file below the spool folder, reached through folders only: anything else is
 * refused with E_UNAVAILABLE and a log line. E_STORAGE_FULL when its bytes have been taken back. The caller releases `out`,
 * also after a failure.
 */
bool spool_find(const struct spool *spool, const char *path, struct spooled *out, struct error *error);

/* Closes what spool_find opened. */
void spool_release(struct spooled *spooled);

/* Opens the found file for reading, with a shared lock of its own. Returns -1 with the error set. `path` is for the log. */
int spool_open_found(const struct spooled *spooled, const char *path, struct error *error);

/* Opens a new file without a name in the spool folder, for reading and writing. Returns -1 with the error set. */
int spool_temporary(const struct spool *spool, struct error *error);

#endif
