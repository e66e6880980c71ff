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
#ifndef BERTH_FCGI_GATE_H
#define BERTH_FCGI_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "berth/base/limits.h"

/* From the worst to the best. */
enum gate_class {
	GATE_SUSPECT, /* takes a ticket that is free and that nobody waits for */
	GATE_CLEAN,   /* may wait */
	GATE_KNOWN,   /* may wait, and has tickets of its own */
};

/* All zero: nobody is inside. */
struct gate {
	_Atomic uint64_t inside[2 * LIMIT_WORKERS];  /* those for everybody first, then those kept for GATE_KNOWN */
	_Atomic uint64_t waiting[2 * LIMIT_WORKERS]; /* likewise */
};

/* Each at most LIMIT_WORKERS. */
struct gate_limits {
	unsigned at_once, kept;          /* tickets for everybody, and for GATE_KNOWN alone */
	unsigned waiting, waiting_known; /* the same of those who wait */
	unsigned wait_ms;
};

/* Takes a ticket for the source, or waits for one. False: turned away. */
bool gate_enter(struct gate *gate, const struct gate_limits *limits, enum gate_class class, uint64_t source);

/* Gives the process's ticket back. Leaving twice is leaving once. */
void gate_leave(struct gate *gate);

/* Takes back what the dead process held. */
void gate_forget(struct gate *gate, pid_t pid);

#endif
