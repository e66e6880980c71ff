/* SPDX-License-Identifier: MIT */
/* The pool's gate as turns. */
#include "berth/fcgi/turns.h"

#include "berth/fcgi/prefork.h"

#define WAIT_MS 2000 /* for a password's turn; one takes some 50 ms */

/* Of the worker's pool. */
static struct {
	unsigned at_once, waiting;
} limits;

static bool enter(void *context)
{
	return gate_enter(context, limits.at_once, limits.waiting, WAIT_MS);
}

static void leave(void *context)
{
	gate_leave(context);
}

static unsigned at_least_one(unsigned count)
{
	return count ? count : 1;
}

const struct turns *fcgi_turns(unsigned at_once)
{
	static struct turns turns;
	struct prefork_shared *shared = prefork_shared();
	unsigned workers = atomic_load(&shared->workers);

	limits.at_once = at_least_one(at_once ? at_once : workers / 4);
	limits.waiting = at_least_one(workers / 2);
	turns = (struct turns){enter, leave, &shared->gate};
	return &turns;
}
