/* SPDX-License-Identifier: MIT */
/*
 * A bound on how many workers hash passwords at once. Hashing a password takes a processor for tens of milliseconds, so while
 * somebody guesses passwords, only some workers may hash; a request that needs no hash never waits. The schemes call these
 * functions; fcgi/throttle.h keeps the bound for the workers of a pool.
 */
#ifndef BERTH_AUTH_THROTTLE_H
#define BERTH_AUTH_THROTTLE_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* The message of the 429 for a request that the throttle refuses. */
#define THROTTLE_REFUSAL "too many passwords are being checked"

/* The sign-in whose password is to be hashed. */
struct throttle_caller {
	struct span name;    /* as the client gave it */
	const char *address; /* as address_source makes it */
	bool known;          /* the scheme's own records say that the name has signed in from this address */
};

/* The functions take `context` first. */
struct throttle {
	/* Returns 0 when the caller may hash, otherwise the seconds after which to try again. */
	unsigned (*acquire)(void *context, const struct throttle_caller *caller);
	void (*release)(void *context); /* a second release has no effect */
	void (*report)(void *context, const struct throttle_caller *caller, bool good);
	void *context;
};

/*
 * Asks for the right to hash, and waits for it if that helps. Returns 0, or the seconds for Retry-After when the caller is
 * refused. The right ends with throttle_release, at the latest when `arena` is cleared. `throttle` NULL means no bound.
 */
unsigned throttle_acquire(const struct throttle *throttle, struct arena *arena, const struct throttle_caller *caller);

/* Ends the right to hash. */
void throttle_release(const struct throttle *throttle);

/* Reports whether the password was right. To be called before throttle_release, so that the next attempt is judged by it. */
void throttle_report(const struct throttle *throttle, const struct throttle_caller *caller, bool good);

#endif
