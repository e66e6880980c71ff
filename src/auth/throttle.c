/* SPDX-License-Identifier: MIT */
/* The bound on hashing passwords, as the schemes call it. */
#include "berth/auth/throttle.h"

#include <stddef.h>
#include <stdint.h>

static void release(void *object)
{
	throttle_release(object);
}

unsigned throttle_acquire(const struct throttle *throttle, struct arena *arena, const struct throttle_caller *caller)
{
	if (!throttle)
		return 0;
	/* a request that runs out of memory inside must not stay there */
	arena_defer(arena, release, (void *)(uintptr_t)throttle);
	return throttle->acquire(throttle->context, caller);
}

void throttle_release(const struct throttle *throttle)
{
	if (throttle)
		throttle->release(throttle->context);
}

void throttle_report(const struct throttle *throttle, const struct throttle_caller *caller, bool good)
{
	if (throttle)
		throttle->report(throttle->context, caller, good);
}
