/* SPDX-License-Identifier: MIT */
/* Borrowed runs of bytes. */
#include "berth/base/span.h"

#include <strings.h>

bool span_is_nocase(struct span a, const char *text)
{
	return a.len == strlen(text) && strncasecmp(a.ptr, text, a.len) == 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct span span_trim(struct span a)
{
	while (a.len > 0 && is_blank(a.ptr[0])) {
		a.ptr++;
		a.len--;
	}
	while (a.len > 0 && is_blank(a.ptr[a.len - 1]))
		a.len--;
	return a;
}

bool span_split(struct span *rest, char separator, struct span *part)
{
	const char *hit;

	if (!rest->ptr)
		return false;
	hit = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
	if (!hit) {
		*part = *rest;
		*rest = (struct span){NULL, 0};
		return true;
	}
	*part = (struct span){rest->ptr, (size_t)(hit - rest->ptr)};
	*rest = span_after(*rest, part->len + 1);
	return true;
}

bool span_to_u64(struct span a, uint64_t *out)
{
	uint64_t value = 0;

	if (a.len == 0)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (a.ptr[i] < '0' || a.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(a.ptr[i] - '0'), &value))
			return false;
	}
	*out = value;
	return true;
}
