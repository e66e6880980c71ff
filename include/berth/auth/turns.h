/* SPDX-License-Identifier: MIT */
/*
 * Hashing a password takes a processor for tens of milliseconds. So while somebody guesses, only some workers hash at once,
 * and a caller that needs no hash never waits. This is what those who hash see; fcgi/turns.h keeps the turns of a pool.
 */
#ifndef BERTH_AUTH_TURNS_H
#define BERTH_AUTH_TURNS_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* The message of the 429 for a request that was turned away. */
#define TURNS_REFUSAL "too many passwords are being checked"

/* The sign-in for which a turn is asked. */
struct turns_caller {
	struct span name;    /* as it was given */
	const char *address; /* as address_source makes it */
	bool known;          /* the caller's own records say that the name has signed in from there */
};

struct turns {
	/* Returns 0: the turn is taken; else the seconds after which to come back. */
	unsigned (*enter)(void *context, const struct turns_caller *caller);
	void (*leave)(void *context); /* leaving twice is leaving once */
	void (*ended)(void *context, const struct turns_caller *caller, bool good);
	void *context;
};

/*
 * Takes a turn, or waits for one. Returns 0, or the seconds of Retry-After for a caller that is turned away. The turn ends
 * with turns_leave, at the latest with the arena. `turns` NULL: there is no bound.
 */
unsigned turns_enter(const struct turns *turns, struct arena *arena, const struct turns_caller *caller);
void turns_leave(const struct turns *turns);

/* Tells how the attempt ended, inside its turn, so that the next one of the same address is judged by it. */
void turns_ended(const struct turns *turns, const struct turns_caller *caller, bool good);

#endif
