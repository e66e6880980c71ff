/* SPDX-License-Identifier: MIT */
/*
 * Hashing ahead: while the web server still spools an upload, one process of the node reads the growing file behind it,
 * keeps its SHA-256 up to date on a table in shared memory, and starts writing it to disk. The worker that gets the
 * finished file takes the state over and hashes only what is left, so that a large push ends when its last byte comes.
 *
 * A state is only ever taken for the very file it was made of: device, inode and time of birth are compared, and the
 * hasher holds the file open, so that its inode cannot be another file's meanwhile. Without a table, or when nothing
 * fits, the worker hashes all of it. The web server appends to a spool file and never rewrites it.
 */
#ifndef BERTH_STORE_PREHASH_H
#define BERTH_STORE_PREHASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"

#define PREHASH_SLOTS 32 /* files hashed at once; one process could not keep up with more */

struct prehash_slot {
	_Atomic uint32_t sequence; /* odd while it is being written; see seqlock in prehash.c */
	struct {
		uint64_t device, inode, born_s, born_ns; /* inode 0: free */
		uint64_t offset;                         /* bytes that `state` has seen */
		size_t length;
		unsigned char state[HASHER_STATE_MAX];
	} shown;
};

/* Zeroed memory is an empty table. One process writes it, any number reads. */
struct prehash_table {
	struct prehash_slot slots[PREHASH_SLOTS];
};

/* Hashes what grows in the folder `spool` until `stopping` says so. Returns early, with a log line, only when it cannot. */
void prehash_run(struct prehash_table *table, const char *spool, bool (*stopping)(void));

/*
 * `fd` is a spooled file whose bytes `hasher`, which has seen none yet, is to see. Returns how many of its first bytes the
 * hasher has seen now: 0 unless the table (which may be NULL) knows the file and the algorithm fits.
 */
uint64_t prehash_take(const struct prehash_table *table, int fd, struct hasher *hasher);

#endif
