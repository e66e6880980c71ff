/* SPDX-License-Identifier: MIT */
/*
 * Hashing ahead: while the web server still spools an upload, one process of the node reads the growing file behind it,
 * keeps its SHA-256 up to date on a board in shared memory, and starts writing it to disk. The worker that gets the
 * finished file takes the state over and hashes only what is left, so that a large push ends when its last byte comes.
 *
 * A state is only ever taken for the very file it was made of: device, inode and time of birth are compared, and the
 * hasher holds the file open, so that its inode cannot be another file's meanwhile. Without a board, or when nothing
 * fits, the worker hashes all of it. The web server appends to a spool file and never rewrites it.
 */
#ifndef BERTH_STORE_AHEAD_H
#define BERTH_STORE_AHEAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"

#define AHEAD_SLOTS 32 /* files hashed at once; one process could not keep up with more */

struct ahead_slot {
	_Atomic uint32_t sequence; /* odd while it is being written; see seqlock in ahead.c */
	struct {
		uint64_t device, inode, born_s, born_ns; /* inode 0: free */
		uint64_t offset;                         /* bytes that `state` has seen */
		size_t length;
		unsigned char state[HASHER_STATE_MAX];
	} shown;
};

/* Zeroed memory is an empty board. One process writes it, any number reads. */
struct ahead_board {
	struct ahead_slot slots[AHEAD_SLOTS];
};

/* Hashes what grows in the folder `spool` until `stopping` says so. Returns early, with a log line, only when it cannot. */
void ahead_run(struct ahead_board *board, const char *spool, bool (*stopping)(void));

/*
 * `fd` is a spooled file whose bytes `hasher`, which has seen none yet, is to see. Returns how many of its first bytes the
 * hasher has seen now: 0 unless the board (which may be NULL) knows the file and the algorithm fits.
 */
uint64_t ahead_take(const struct ahead_board *board, int fd, struct hasher *hasher);

#endif
