/* SPDX-License-Identifier: MIT */
/* Percent-encoding, one byte at a time. */
#include "berth/base/percent.h"

#include <string.h>

/* Writes the byte, or the three that stand for it, and returns what is behind them. */
static char *percent_put(char *to, char c, const char *keep)
{
	static const char digits[] = "0123456789ABCDEF";

	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	    (c && (strchr("-._~", c) || strchr(keep, c)))) {
		*to++ = c;
		return to;
	}
	*to++ = '%';
	*to++ = digits[(unsigned char)c >> 4];
	*to++ = digits[(unsigned char)c & 15];
	return to;
}

char *percent_encode(struct arena *arena, struct span bytes, const char *keep)
{
	char *text = arena_alloc(arena, 3 * bytes.len + 1), *to = text;

	for (size_t i = 0; i < bytes.len; i++)
		to = percent_put(to, bytes.ptr[i], keep);
	return text; /* zeroed: ends in a NUL */
}

void percent_add(struct strbuf *out, struct span bytes, const char *keep)
{
	char one[3];

	for (size_t i = 0; i < bytes.len; i++)
		strbuf_add(out, one, (size_t)(percent_put(one, bytes.ptr[i], keep) - one));
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int percent_byte(struct span text)
{
	int high = text.len >= 3 && text.ptr[0] == '%' ? hex_value(text.ptr[1]) : -1;
	int low = high < 0 ? -1 : hex_value(text.ptr[2]);

	return low < 0 ? -1 : high << 4 | low;
}

char *percent_decode(struct arena *arena, struct span text)
{
	char *bytes = arena_alloc(arena, text.len + 1), *to = bytes;

	while (text.len > 0) {
		int byte = percent_byte(text);

		*to++ = byte < 0 ? text.ptr[0] : (char)byte;
		text = span_after(text, byte < 0 ? 1 : 3);
	}
	return bytes;
}
