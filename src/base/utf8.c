/* SPDX-License-Identifier: MIT */
/* Well-formed UTF-8 sequences, by the table of RFC 3629 section 4. */
#include "berth/base/utf8.h"

#include <stdbool.h>

static bool is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

static bool second_allowed(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0: return second >= 0xa0 && second <= 0xbf;
	case 0xed: return second >= 0x80 && second <= 0x9f;
	case 0xf0: return second >= 0x90 && second <= 0xbf;
	case 0xf4: return second >= 0x80 && second <= 0x8f;
	default: return is_tail(second);
	}
}

size_t utf8_sequence(const unsigned char *bytes, size_t len)
{
	size_t need;

	if (len == 0)
		return 0;
	if (bytes[0] < 0x80)
		return 1;
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
		return 0;
	need = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (len < need || !second_allowed(bytes[0], bytes[1]))
		return 0;
	for (size_t i = 2; i < need; i++)
		if (!is_tail(bytes[i]))
			return 0;
	return need;
}
