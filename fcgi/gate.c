/* SPDX-License-Identifier: MIT */
/* Tickets of one word each: class, pid, source. */
#include "berth/fcgi/gate.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 2 /* between two looks of a process that waits; the work takes tens of milliseconds */

#define SOURCE_BITS 40
#define PID_BITS 22 /* PID_MAX_LIMIT of Linux is 2^22 */
#define SOURCE_MASK ((UINT64_C(1) << SOURCE_BITS) - 1)
#define PID_MASK ((UINT64_C(1) << PID_BITS) - 1)

#define PLACES (sizeof((struct gate *)0)->inside / sizeof *((struct gate *)0)->inside)

static uint64_t ticket_of(enum gate_class class, pid_t pid, uint64_t source)
{
	return (uint64_t) class << (SOURCE_BITS + PID_BITS) | ((uint64_t)pid & PID_MASK) << SOURCE_BITS |
	       (source & SOURCE_MASK);
}

static pid_t pid_of(uint64_t ticket)
{
	return (pid_t)(ticket >> SOURCE_BITS & PID_MASK);
}

static enum gate_class class_of(uint64_t ticket)
{
	return (enum gate_class)(ticket >> (SOURCE_BITS + PID_BITS));
}

static bool take(_Atomic uint64_t *places, unsigned from, unsigned count, uint64_t ticket)
{
	for (unsigned i = from; i < from + count; i++) {
		uint64_t free = 0;

		if (atomic_compare_exchange_strong(&places[i], &free, ticket))
			return true;
	}
	return false;
}

static void give_back(_Atomic uint64_t *places, pid_t pid)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&places[i]);

		if (held && pid_of(held) == pid)
			(void)atomic_compare_exchange_strong(&places[i], &held, 0);
	}
}

/* Does another process hold a ticket of the same source? */
static bool has_source(_Atomic uint64_t *places, uint64_t ticket)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&places[i]);

		if (held && (held & SOURCE_MASK) == (ticket & SOURCE_MASK) && pid_of(held) != pid_of(ticket))
			return true;
	}
	return false;
}

static bool better_waits(struct gate *gate, enum gate_class class)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&gate->waiting[i]);

		if (held && class_of(held) > class)
			return true;
	}
	return false;
}

/*
 * Two processes of one source that come at once both see the other after both have taken a ticket: both give it back and
 * look again later. So no order of events lets two in.
 */
static bool go_in(struct gate *gate, const struct gate_limits *limits, uint64_t ticket)
{
	bool known = class_of(ticket) == GATE_KNOWN;

	if (has_source(gate->inside, ticket) || better_waits(gate, class_of(ticket)))
		return false;
	if (!(known && take(gate->inside, LIMIT_WORKERS, limits->kept, ticket)) &&
	    !take(gate->inside, 0, limits->at_once, ticket))
		return false;
	if (!has_source(gate->inside, ticket))
		return true;
	gate_leave(gate);
	return false;
}

static bool may_wait(struct gate *gate, const struct gate_limits *limits, uint64_t ticket)
{
	if (class_of(ticket) == GATE_SUSPECT || has_source(gate->waiting, ticket))
		return false;
	if (class_of(ticket) == GATE_KNOWN && take(gate->waiting, LIMIT_WORKERS, limits->waiting_known, ticket))
		return true;
	return take(gate->waiting, 0, limits->waiting, ticket);
}

bool gate_enter(struct gate *gate, const struct gate_limits *limits, enum gate_class class, uint64_t source)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	uint64_t ticket = ticket_of(class, getpid(), source);
	bool inside = go_in(gate, limits, ticket);

	if (inside || !may_wait(gate, limits, ticket))
		return inside;
	for (unsigned waited = 0; !inside && waited < limits->wait_ms; waited += LOOK_MS) {
		(void)nanosleep(&pause, NULL);
		inside = go_in(gate, limits, ticket);
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
