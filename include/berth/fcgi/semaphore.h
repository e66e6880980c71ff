/* SPDX-License-Identifier: MIT */
/*
 * A semaphore in shared memory that is fair between the sources for which processes do their work.
 *
 * - A source has at most one process inside and one that waits.
 * - Sources have a class. A higher class goes first. The highest class has tickets that no other class may take. The lowest
 *   class never waits.
 * - A limited number of processes waits. All further ones are refused at once, so the work never holds more processes than
 *   all limits together.
 *
 * A ticket is one atomic word (class, pid, source), so nothing is locked. The master reclaims the tickets of dead
 * processes.
 */
#ifndef BERTH_FCGI_SEMAPHORE_H
#define BERTH_FCGI_SEMAPHORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "berth/base/limits.h"

/* From the lowest to the highest. */
enum semaphore_class {
	SEMAPHORE_SUSPECT, /* takes a free ticket for which no process waits */
	SEMAPHORE_CLEAN,   /* may wait */
	SEMAPHORE_KNOWN,   /* may wait, and has tickets of its own */
};

/* All zero: no process is inside or waits. */
struct semaphore {
	_Atomic uint64_t inside[2 * LIMIT_WORKERS];  /* tickets for all classes, then those for SEMAPHORE_KNOWN alone */
	_Atomic uint64_t waiting[2 * LIMIT_WORKERS]; /* likewise */
};

/* Each at most LIMIT_WORKERS. */
struct semaphore_limits {
	unsigned at_once, kept;          /* tickets for all classes, and for SEMAPHORE_KNOWN alone */
	unsigned waiting, waiting_known; /* likewise, of the processes that wait */
	unsigned wait_ms;
};

/*
 * Takes a ticket for `source`, of whose bits 40 count, or waits up to limits->wait_ms for one. Returns false when the
 * process is refused.
 */
bool semaphore_acquire(struct semaphore *semaphore, const struct semaphore_limits *limits, enum semaphore_class class,
		       uint64_t source);

/* Gives the process's ticket back. Without a ticket there is no effect. */
void semaphore_release(struct semaphore *semaphore);

/* Frees the places of the dead process `pid`. Called by the master. */
void semaphore_reclaim(struct semaphore *semaphore, pid_t pid);

#endif
