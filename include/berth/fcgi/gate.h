/* SPDX-License-Identifier: MIT */
/*
 * A bound on how many processes do some work at once, in memory that they share: each takes a ticket with its pid, and
 * the master takes back those of the dead. So many may wait; whoever comes then is turned away, so that the work can never
 * hold more of them than both numbers together.
 */
#ifndef BERTH_FCGI_GATE_H
#define BERTH_FCGI_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "berth/base/limits.h"

/* All zero: nobody is inside. */
struct gate {
	_Atomic pid_t inside[LIMIT_WORKERS];
	_Atomic pid_t waiting[LIMIT_WORKERS];
};

/* Waits up to wait_ms for one of `limit` tickets, with `waiting` at most (each 1 .. LIMIT_WORKERS). False: turned away. */
bool gate_enter(struct gate *gate, unsigned limit, unsigned waiting, unsigned wait_ms);
void gate_leave(struct gate *gate);

/* Takes back what the dead process held. */
void gate_forget(struct gate *gate, pid_t pid);

#endif
