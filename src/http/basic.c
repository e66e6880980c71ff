/* SPDX-License-Identifier: MIT */
/* The Basic scheme. */
#include "berth/http/basic.h"

#include "berth/base/base64.h"

static bool is_pair(struct span text)
{
	return !memchr(text.ptr, '\0', text.len) && memchr(text.ptr, ':', text.len);
}

bool basic_read(struct span header, struct arena *arena, struct span *name, struct secret *password)
{
	struct span scheme, text, rest = span_trim(header), whole;

	if (!span_split(&rest, ' ', &scheme) || !span_is_nocase(scheme, "Basic") || !rest.ptr ||
	    !base64_decode(&text, arena, span_trim(rest)) || !is_pair(text))
		return false;
	whole = text;
	(void)span_split(&text, ':', name);
	*name = span_of(arena_span(arena, *name));
	*password = secret_new(arena, text.ptr); /* the decoded text ends in a NUL */
	explicit_bzero((char *)(uintptr_t)whole.ptr, whole.len);
	return true;
}
