/* SPDX-License-Identifier: MIT */
/* Percent-encoding, one byte at a time. */
#include "berth/base/percent.h"

#include <string.h>

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

char *percent_encode(struct arena *arena, struct span bytes, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";
	char *text = arena_alloc(arena, 3 * bytes.len + 1), *to = text;

	for (size_t i = 0; i < bytes.len; i++) {
		char c = bytes.ptr[i];

		if (is_unreserved(c) || (c && strchr(keep, c))) {
			*to++ = c;
			continue;
		}
		*to++ = '%';
		*to++ = digits[(unsigned char)c >> 4];
		*to++ = digits[(unsigned char)c & 15];
	}
	return text; /* zeroed: ends in a NUL */
}
