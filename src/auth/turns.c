/* SPDX-License-Identifier: MIT */
/* Turns at hashing passwords. */
#include "berth/auth/turns.h"

#include <stddef.h>
#include <stdint.h>

static void leave(void *object)
{
	turns_leave(object);
}

unsigned turns_enter(const struct turns *turns, struct arena *arena, const struct turns_caller *caller)
{
	if (!turns)
		return 0;
	/* a request that runs out of memory inside must not stay there */
	arena_defer(arena, leave, (void *)(uintptr_t)turns);
	return turns->enter(turns->context, caller);
}

void turns_leave(const struct turns *turns)
{
	if (turns)
		turns->leave(turns->context);
}

void turns_ended(const struct turns *turns, const struct turns_caller *caller, bool good)
{
	if (turns)
		turns->ended(turns->context, caller, good);
}
