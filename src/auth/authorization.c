/* SPDX-License-Identifier: MIT */
/* Parsing the Authorization header. */
#include "berth/auth/authorization.h"

#include <string.h>

#include "berth/base/base64.h"

bool authorization_for(struct span *credentials, struct span header, const char *scheme)
{
	struct span rest = header, name;

	if (!header.ptr || !span_split(&rest, ' ', &name) || !rest.ptr || !span_is_nocase(name, scheme))
		return false;
	*credentials = rest;
	return rest.len > 0 && !memchr(rest.ptr, ' ', rest.len);
}

static void authorization_wipe(void *text)
{
	struct span *span = text;

	explicit_bzero((void *)(uintptr_t)span->ptr, span->len);
}

bool authorization_basic(const char **user, struct secret *password, struct arena *arena, struct span header)
{
	struct span *pair = arena_alloc(arena, sizeof *pair), credentials;
	char *colon;

	if (!authorization_for(&credentials, header, "Basic") || !base64_decode(pair, arena, credentials))
		return false;
	arena_defer(arena, authorization_wipe, pair);
	colon = memchr(pair->ptr, ':', pair->len);
	if (!colon || memchr(pair->ptr, '\0', pair->len))
		return false;
	*user = arena_span(arena, (struct span){pair->ptr, (size_t)(colon - pair->ptr)});
	*password = secret_new(arena, colon + 1);
	return true;
}
