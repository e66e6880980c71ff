/* SPDX-License-Identifier: MIT */
/* Base64 in its two alphabets. */
#include "berth/base/base64.h"

#include <string.h>

struct alphabet {
	const char *digits;
	bool padded;
};

static const struct alphabet standard = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true};
static const struct alphabet url = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", false};

static char *encode(struct arena *arena, const unsigned char *bytes, size_t len, const struct alphabet *alphabet)
{
	char *text = arena_alloc(arena, (len + 2) / 3 * 4 + 1), *to = text;

	for (size_t at = 0; at < len; at += 3) {
		size_t here = len - at < 3 ? len - at : 3;
		unsigned group = (unsigned)bytes[at] << 16;

		group |= here > 1 ? (unsigned)bytes[at + 1] << 8 : 0;
		group |= here > 2 ? bytes[at + 2] : 0;
		for (size_t i = 0; i < 4; i++)
			if (i <= here)
				*to++ = alphabet->digits[group >> (18 - 6 * i) & 63];
			else if (alphabet->padded)
				*to++ = '=';
	}
	return text; /* zeroed: ends in a NUL */
}

static struct span without_padding(struct span text)
{
	for (int i = 0; i < 2 && text.len > 0 && text.ptr[text.len - 1] == '='; i++)
		text.len--;
	return text;
}

static bool decode(struct span *out, struct arena *arena, struct span text, const struct alphabet *alphabet)
{
	struct span digits = alphabet->padded ? without_padding(text) : text;
	unsigned group = 0;
	char *bytes, *to;

	if (digits.len % 4 == 1 || (alphabet->padded && text.len % 4 != 0))
		return false;
	if (alphabet->padded && text.len - digits.len != (4 - digits.len % 4) % 4)
		return false;
	bytes = to = arena_alloc(arena, digits.len / 4 * 3 + 3);
	for (size_t i = 0; i < digits.len; i++) {
		const char *digit = digits.ptr[i] ? strchr(alphabet->digits, digits.ptr[i]) : NULL;

		if (!digit)
			return false;
		group = (group << 6 | (unsigned)(digit - alphabet->digits)) & 0xffffff;
		if (i % 4 > 0)
			*to++ = (char)(group >> (6 - 2 * (i % 4)) & 255);
	}
	*to = '\0';
	*out = (struct span){bytes, (size_t)(to - bytes)};
	/* the bits behind the last byte must be zero (RFC 4648 section 3.5) */
	return digits.len % 4 == 0 || (group & (digits.len % 4 == 2 ? 15u : 3u)) == 0;
}

char *base64_encode(struct arena *arena, const void *bytes, size_t len)
{
	return encode(arena, bytes, len, &standard);
}

char *base64url_encode(struct arena *arena, const void *bytes, size_t len)
{
	return encode(arena, bytes, len, &url);
}

bool base64_decode(struct span *out, struct arena *arena, struct span text)
{
	return decode(out, arena, text, &standard);
}

bool base64url_decode(struct span *out, struct arena *arena, struct span text)
{
	return decode(out, arena, text, &url);
}
