/* SPDX-License-Identifier: MIT */
/* Whose turn it is to hash a password. */
#include "berth/auth/turns.h"

#include <stddef.h>
#include <stdint.h>

static void leave(void *object)
{
	turns_end(object);
}

bool turns_take(const struct turns *turns, struct arena *arena)
{
	if (!turns)
		return true;
	/* a request that runs out of memory inside must not stay there */
	arena_defer(arena, leave, (void *)(uintptr_t)turns);
	return turns->enter(turns->context);
}

void turns_end(const struct turns *turns)
{
	if (turns)
		turns->leave(turns->context);
}
