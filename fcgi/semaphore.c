/* SPDX-License-Identifier: MIT */
/* The places of the semaphore: words that hold a ticket (class, pid, source) or 0. */
#include "berth/fcgi/semaphore.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 2 /* between two tries of a process that waits; the work takes tens of milliseconds */

#define SOURCE_BITS 40
#define PID_BITS 22 /* PID_MAX_LIMIT of Linux is 2^22 */
#define SOURCE_MASK ((UINT64_C(1) << SOURCE_BITS) - 1)
#define PID_MASK ((UINT64_C(1) << PID_BITS) - 1)

#define PLACES (sizeof((struct semaphore *)0)->inside / sizeof *((struct semaphore *)0)->inside)

static uint64_t ticket_of(enum semaphore_class class, pid_t pid, uint64_t source)
{
	return (uint64_t) class << (SOURCE_BITS + PID_BITS) | ((uint64_t)pid & PID_MASK) << SOURCE_BITS |
	       (source & SOURCE_MASK);
}

static pid_t ticket_pid(uint64_t ticket)
{
	return (pid_t)(ticket >> SOURCE_BITS & PID_MASK);
}

static enum semaphore_class ticket_class(uint64_t ticket)
{
	return (enum semaphore_class)(ticket >> (SOURCE_BITS + PID_BITS));
}

static bool place_ticket(_Atomic uint64_t *places, unsigned from, unsigned count, uint64_t ticket)
{
	for (unsigned i = from; i < from + count; i++) {
		uint64_t free = 0;

		if (atomic_compare_exchange_strong(&places[i], &free, ticket))
			return true;
	}
	return false;
}

static void free_places(_Atomic uint64_t *places, pid_t pid)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&places[i]);

		if (held && ticket_pid(held) == pid)
			(void)atomic_compare_exchange_strong(&places[i], &held, 0);
	}
}

/* Tells whether another process holds a ticket of the same source. */
static bool has_source(_Atomic uint64_t *places, uint64_t ticket)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&places[i]);

		if (held && (held & SOURCE_MASK) == (ticket & SOURCE_MASK) && ticket_pid(held) != ticket_pid(ticket))
			return true;
	}
	return false;
}

static bool better_waits(struct semaphore *semaphore, enum semaphore_class class)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&semaphore->waiting[i]);

		if (held && ticket_class(held) > class)
			return true;
	}
	return false;
}

/*
 * Looks for the source a second time once the ticket is taken. Two processes of one source that come at once both find the
 * other then, and both give their ticket back. So no order of events lets both in.
 */
static bool go_in(struct semaphore *semaphore, const struct semaphore_limits *limits, uint64_t ticket)
{
	bool known = ticket_class(ticket) == SEMAPHORE_KNOWN;

	if (has_source(semaphore->inside, ticket) || better_waits(semaphore, ticket_class(ticket)))
		return false;
	if (!(known && place_ticket(semaphore->inside, LIMIT_WORKERS, limits->kept, ticket)) &&
	    !place_ticket(semaphore->inside, 0, limits->at_once, ticket))
		return false;
	if (!has_source(semaphore->inside, ticket))
		return true;
	semaphore_release(semaphore);
	return false;
}

static bool may_wait(struct semaphore *semaphore, const struct semaphore_limits *limits, uint64_t ticket)
{
	if (ticket_class(ticket) == SEMAPHORE_SUSPECT || has_source(semaphore->waiting, ticket))
		return false;
	if (ticket_class(ticket) == SEMAPHORE_KNOWN &&
	    place_ticket(semaphore->waiting, LIMIT_WORKERS, limits->waiting_known, ticket))
		return true;
	return place_ticket(semaphore->waiting, 0, limits->waiting, ticket);
}

bool semaphore_acquire(struct semaphore *semaphore, const struct semaphore_limits *limits, enum semaphore_class class,
		       uint64_t source)
{
	const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
	uint64_t ticket = ticket_of(class, getpid(), source);
	bool inside = go_in(semaphore, limits, ticket);

	if (inside || !may_wait(semaphore, limits, ticket))
		return inside;
	for (unsigned waited = 0; !inside && waited < limits->wait_ms; waited += LOOK_MS) {
		(void)nanosleep(&pause, NULL);
		inside = go_in(semaphore, limits, ticket);
	}
	free_places(semaphore->waiting, getpid());
	return inside;
}

void semaphore_release(struct semaphore *semaphore)
{
	free_places(semaphore->inside, getpid());
}

void semaphore_reclaim(struct semaphore *semaphore, pid_t pid)
{
	free_places(semaphore->inside, pid);
	free_places(semaphore->waiting, pid);
}
