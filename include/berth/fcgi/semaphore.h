/* SPDX-License-Identifier: MIT */
/*
 * A bound on how many processes do some work at once, in memory that they share, with fairness between the sources that
 * the work is done for.
 *
 * - A source has at most one process inside and one that waits.
 * - Sources have a class. A better class goes first; the best class has tickets that no other may take; the worst class
 *   never waits.
 * - At most so many wait. All others are turned away at once, so that the work never holds more processes than all limits
 *   together.
 *
 * A ticket is one atomic word (class, pid, source), so that nothing is locked. The master takes back the tickets of the
 * dead.
 */
#ifndef BERTH_FCGI_SEMAPHORE_H
#define BERTH_FCGI_SEMAPHORE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "berth/base/limits.h"

/* From the worst to the best. */
enum semaphore_class {
	SEMAPHORE_SUSPECT, /* takes a ticket that is free and that nobody waits for */
	SEMAPHORE_CLEAN,   /* may wait */
	SEMAPHORE_KNOWN,   /* may wait, and has tickets of its own */
};

/* All zero: nobody is inside. */
struct semaphore {
	_Atomic uint64_t inside[2 * LIMIT_WORKERS];  /* those for everybody first, then those kept for SEMAPHORE_KNOWN */
	_Atomic uint64_t waiting[2 * LIMIT_WORKERS]; /* likewise */
};

/* Each at most LIMIT_WORKERS. */
struct semaphore_limits {
	unsigned at_once, kept;          /* tickets for everybody, and for SEMAPHORE_KNOWN alone */
	unsigned waiting, waiting_known; /* the same of those who wait */
	unsigned wait_ms;
};

/* Takes a ticket for the source, or waits for one. False: turned away. */
bool semaphore_acquire(struct semaphore *semaphore, const struct semaphore_limits *limits, enum semaphore_class class,
		       uint64_t source);

/* Gives the process's ticket back. Leaving twice is leaving once. */
void semaphore_release(struct semaphore *semaphore);

/* Takes back what the dead process held. */
void semaphore_reclaim(struct semaphore *semaphore, pid_t pid);

#endif
