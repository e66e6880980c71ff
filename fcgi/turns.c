/* SPDX-License-Identifier: MIT */
/* The pool's gate as turns. */
#include "berth/fcgi/turns.h"

#include "berth/fcgi/prefork.h"

#define WAIT_MS 2000 /* for a password's turn; one takes some 50 ms */

/* The worker's: how many of its pool may hash passwords at once. */
static unsigned limit;

static bool enter(void *context)
{
	return gate_enter(context, limit, WAIT_MS);
}

static void leave(void *context)
{
	gate_leave(context);
}

const struct turns *fcgi_turns(unsigned at_once)
{
	static struct turns turns;
	struct prefork_shared *shared = prefork_shared();
	unsigned quarter = atomic_load(&shared->workers) / 4;

	limit = at_once ? at_once : quarter ? quarter : 1;
	turns = (struct turns){enter, leave, &shared->gate};
	return &turns;
}
