/* SPDX-License-Identifier: MIT */
/* Strings that must not be printed. */
#include "berth/base/secret.h"

#include <string.h>

static void secret_wipe(void *text)
{
	explicit_bzero(text, strlen(text));
}

struct secret secret_new(struct arena *arena, const char *text)
{
	char *copy;

	if (!text)
		return (struct secret){NULL};
	copy = arena_strdup(arena, text);
	arena_defer(arena, secret_wipe, copy);
	return (struct secret){copy};
}
