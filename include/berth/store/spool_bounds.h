/* SPDX-License-Identifier: MIT */
/*
 * The bounds of the spool: how much request bodies may take of the disk, and what happens to those that take more.
 *
 * A web server writes a body without a length until the client ends it. So a process beside the workers looks at the
 * spool several times a second. When the bounds are passed, it takes the space of the largest file back: it marks the file
 * and cuts it to nothing. The web server goes on writing behind the hole, and its request gets a 507.
 *
 * A worker holds a shared lock (flock(2)) on a spooled file from its first look until the bytes are linked or copied. The
 * process takes an exclusive lock and never waits for it, and leaves alone a file that has a second link: bytes that a
 * worker has seen are never taken away.
 */
#ifndef BERTH_STORE_SPOOL_BOUNDS_H
#define BERTH_STORE_SPOOL_BOUNDS_H

#include <stdbool.h>
#include <stdint.h>

#include <sys/types.h>

#define SPOOL_RESERVE_DEFAULT ((uint64_t)1 << 30) /* and at most a twentieth of the file system */

struct spool_bounds {
	const char *folder;    /* absolute */
	uint64_t max;          /* bytes of all bodies together; 0: no bound */
	uint64_t reserve;      /* bytes that stay free on the file system */
	bool reserve_is_given; /* otherwise a small file system keeps less */
};

/* Owner's permission without reading, which no web server gives: the file's bytes have been taken back. */
#define SPOOL_TAKEN_MODE ((mode_t)0200)

/* How many bytes may still be written. A folder that cannot be looked at has no bound: the write itself will fail. */
uint64_t spool_left(const struct spool_bounds *bounds);

/* Takes back the largest files until the bounds are kept; returns how many. */
unsigned spool_take_back(const struct spool_bounds *bounds);

#endif
