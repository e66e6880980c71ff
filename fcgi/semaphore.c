/* SPDX-License-Identifier: MIT */
/* Tickets of one word each: class, pid, source. */
#include "berth/fcgi/semaphore.h"

#include <stddef.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 2 /* between two looks of a process that waits; the work takes tens of milliseconds */

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

static pid_t pid_of(uint64_t ticket)
{
	return (pid_t)(ticket >> SOURCE_BITS & PID_MASK);
}

static enum semaphore_class class_of(uint64_t ticket)
{
	return (enum semaphore_class)(ticket >> (SOURCE_BITS + PID_BITS));
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

static bool better_waits(struct semaphore *semaphore, enum semaphore_class class)
{
	for (size_t i = 0; i < PLACES; i++) {
		uint64_t held = atomic_load(&semaphore->waiting[i]);

		if (held && class_of(held) > class)
			return true;
	}
	return false;
}

/*
 * Two processes of one source that come at once both see the other after both have taken a ticket: both give it back and
 * look again later. So no order of events lets two in.
 */
static bool go_in(struct semaphore *semaphore, const struct semaphore_limits *limits, uint64_t ticket)
{
	bool known = class_of(ticket) == SEMAPHORE_KNOWN;

	if (has_source(semaphore->inside, ticket) || better_waits(semaphore, class_of(ticket)))
		return false;
	if (!(known && take(semaphore->inside, LIMIT_WORKERS, limits->kept, ticket)) &&
	    !take(semaphore->inside, 0, limits->at_once, ticket))
		return false;
	if (!has_source(semaphore->inside, ticket))
		return true;
	semaphore_release(semaphore);
	return false;
}

static bool may_wait(struct semaphore *semaphore, const struct semaphore_limits *limits, uint64_t ticket)
{
	if (class_of(ticket) == SEMAPHORE_SUSPECT || has_source(semaphore->waiting, ticket))
		return false;
	if (class_of(ticket) == SEMAPHORE_KNOWN && take(semaphore->waiting, LIMIT_WORKERS, limits->waiting_known, ticket))
		return true;
	return take(semaphore->waiting, 0, limits->waiting, ticket);
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
	give_back(semaphore->waiting, getpid());
	return inside;
}

void semaphore_release(struct semaphore *semaphore)
{
	give_back(semaphore->inside, getpid());
}

void semaphore_reclaim(struct semaphore *semaphore, pid_t pid)
{
	give_back(semaphore->inside, pid);
	give_back(semaphore->waiting, pid);
}
