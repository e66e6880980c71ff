/* SPDX-License-Identifier: MIT */
/*
 * Prehashing: while the web server still spools an upload, one process of the node reads the growing file behind it, keeps
 * its SHA-256 up to date in a table in shared memory, and has it written to disk. The worker that gets the finished file
 * takes the state over and hashes only the rest, so a large push ends soon after its last byte.
 *
 * A worker takes a state only for the file that it was made of: device, inode and time of birth are compared. The
 * prehashing process holds the file open, so that no other file can have its inode meanwhile. Without a table, or when no
 * slot fits, the worker hashes the whole file. The web server appends to a spooled file and never rewrites it.
 *
 * A slot is a sequence lock over atomic words (Boehm, "Can seqlocks get along with programming language memory models?",
 * MSPC 2012): the writer makes the sequence odd, stores the words, and makes it even again. A reader that met an odd or a
 * changed sequence has read a mixture and takes nothing. A writer that dies leaves an odd sequence, which the next writer
 * goes on from.
 */
#ifndef BERTH_STORE_PREHASH_H
#define BERTH_STORE_PREHASH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"

#define PREHASH_SLOTS 32 /* files hashed at once; one process could not keep up with more */

#define PREHASH_WORDS (6 + HASHER_STATE_MAX / 8)

struct prehash_slot {
	_Atomic uint32_t sequence;             /* odd while the words are being written */
	_Atomic uint64_t words[PREHASH_WORDS]; /* struct prehash_state of prehash.c; all zero: free */
};

/* Zeroed memory is an empty table. One process writes it, any number reads. */
struct prehash_table {
	struct prehash_slot slots[PREHASH_SLOTS];
};

/*
 * Hashes the files that grow in the folder `spool` until `stopping` says so. Returns early, after a log line, when the
 * folder cannot be watched.
 */
void prehash_run(struct prehash_table *table, const char *spool, bool (*stopping)(void));

/*
 * Brings `hasher`, which has seen no bytes yet, to the state that the table (NULL: none) has for the spooled file `fd`.
 * Returns how many of the file's first bytes the hasher has seen then, and moves the file's offset behind them; 0 when the
 * table does not have the file or the algorithm is not SHA-256.
 */
uint64_t prehash_take(const struct prehash_table *table, int fd, struct hasher *hasher);

#endif
