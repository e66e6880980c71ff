/* SPDX-License-Identifier: MIT */
/* Tickets with pids. */
#include "berth/fcgi/gate.h"

#include <time.h>
#include <unistd.h>

#define LOOK_MS 2 /* between two looks of one who waits; the work takes tens of milliseconds */

static bool take(_Atomic pid_t *tickets, unsigned limit)
{
	pid_t self = getpid();

	for (unsigned i = 0; i < limit; i++) {
		pid_t nobody = 0;

		if (atomic_compare_exchange_strong(&tickets[i], &nobody, self))
			return true;
	}
	return false;
}

static void give_back(_Atomic pid_t *tickets, pid_t pid)
{
	for (unsigned i = 0; i < LIMIT_WORKERS; i++) {
		pid_t holder = pid;

		(void)atomic_compare_exchange_strong(&tickets[i], &holder, 0);
	}
}

bool gate_enter(struct gate *gate, unsigned limit, unsigned waiting, unsigned wait_ms)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	bool inside = take(gate->inside, limit);

	if (inside || !take(gate->waiting, waiting))
		return inside;
	for (unsigned waited = 0; !inside && waited < wait_ms; waited += LOOK_MS) {
		(void)nanosleep(&pause, NULL);
		inside = take(gate->inside, limit);
	}
	give_back(gate->waiting, getpid());
	return inside;
}

void gate_leave(struct gate *gate)
{
	give_back(gate->inside, getpid());
}

void gate_forget(struct gate *gate, pid_t pid)
{
	give_back(gate->inside, pid);
	give_back(gate->waiting, pid);
}
