/* SPDX-License-Identifier: MIT */
/* Random identifiers. */
#include "berth/base/uuid.h"

#include <stdlib.h>
#include <sys/random.h>

#include "berth/base/hex.h"

static const size_t dash_before[] = {4, 6, 8, 10}; /* byte positions */

void uuid_new(char text[static UUID_TEXT_MAX])
{
	unsigned char bytes[16];
	size_t at = 0, dash = 0;

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		abort(); /* cannot happen for 16 bytes once the kernel has booted */
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
	for (size_t i = 0; i < sizeof bytes; i++) {
		if (dash < sizeof dash_before / sizeof *dash_before && i == dash_before[dash]) {
			text[at++] = '-';
			dash++;
		}
		hex_encode(text + at, bytes + i, 1);
		at += 2;
	}
}

bool uuid_valid(struct span text)
{
	if (text.len != UUID_TEXT_MAX - 1)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	return true;
}
