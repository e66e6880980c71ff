/* SPDX-License-Identifier: MIT */
/*
 * Hashing a password takes a processor for tens of milliseconds, so that only some of the workers may do it at once, and
 * whoever needs none of it never waits. How turns are kept is the program's: fcgi/turns.h has those of a pool.
 */
#ifndef BERTH_AUTH_TURNS_H
#define BERTH_AUTH_TURNS_H

#include <stdbool.h>

#include "berth/base/arena.h"

/* What a request is told that was turned away: a 429 with these. */
#define TURNS_RETRY_AFTER 1
#define TURNS_REFUSAL "too many passwords are being checked"

struct turns {
	bool (*enter)(void *context); /* false: too many, come back later */
	void (*leave)(void *context); /* leaving twice is leaving once */
	void *context;
};

/* Waits for a turn; false: turned away. It ends with turns_end, at the latest with the arena. NULL: no bound. */
bool turns_take(const struct turns *turns, struct arena *arena);
void turns_end(const struct turns *turns);

#endif
