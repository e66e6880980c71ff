/* SPDX-License-Identifier: MIT */
/* Strict validation of JSON text. */
#include "berth/base/json_scan.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/utf8.h"

struct scanner {
	struct json_scan *out;
	struct arena *arena;
	const char *begin;
	const char *at;
	const char *end;
	unsigned depth;
	struct span *keys; /* decoded keys of the objects that are open, outermost first */
	size_t key_count;
	size_t key_capacity;
};

static bool refuse_at(struct scanner *scan, const char *at, const char *reason)
{
	scan->out->reason = reason;
	scan->out->offset = (size_t)(at - scan->begin);
	return false;
}

static bool refuse(struct scanner *scan, const char *reason)
{
	return refuse_at(scan, scan->at, reason);
}

/* The next byte, or -1 at the end. */
static int peek(const struct scanner *scan)
{
	return scan->at < scan->end ? (unsigned char)*scan->at : -1;
}

static bool take(struct scanner *scan, char c)
{
	if (peek(scan) != c)
		return false;
	scan->at++;
	return true;
}

static void skip_space(struct scanner *scan)
{
	while (scan->at < scan->end && memchr(" \t\n\r", *scan->at, 4))
		scan->at++;
}

/* Four hex digits; -1 when they are not. */
static long hex4(const char *at)
{
	long value = 0;

	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = at[i] ? strchr(digits, at[i]) : NULL;
		long nibble = digit ? (long)(digit - digits) : 0;

		if (!digit)
			return -1;
		value = value << 4 | (nibble > 15 ? nibble - 6 : nibble);
	}
	return value;
}

static bool is_high_surrogate(long unit)
{
	return unit >= 0xd800 && unit <= 0xdbff;
}

static bool is_low_surrogate(long unit)
{
	return unit >= 0xdc00 && unit <= 0xdfff;
}

/* The \uXXXX at `at`, two of them for a pair: its code point, or -1. *length is what it takes in the text. */
static long unicode_escape(const char *at, const char *end, size_t *length)
{
	long unit = end - at >= 6 ? hex4(at + 2) : -1, low;

	*length = 6;
	if (unit < 0 || is_low_surrogate(unit))
		return -1;
	if (!is_high_surrogate(unit))
		return unit;
	low = end - at >= 12 && at[6] == '\\' && at[7] == 'u' ? hex4(at + 8) : -1;
	if (!is_low_surrogate(low))
		return -1;
	*length = 12;
	return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

static bool skip_escape(struct scanner *scan)
{
	size_t length = 2;

	if (scan->end - scan->at < 2)
		return refuse(scan, "unfinished escape");
	if (scan->at[1] == 'u' && unicode_escape(scan->at, scan->end, &length) < 0)
		return refuse(scan, "bad \\u escape or lone surrogate");
	if (!scan->at[1] || !strchr("\"\\/bfnrtu", scan->at[1]))
		return refuse(scan, "unknown escape");
	scan->at += length;
	return true;
}

/* A string, from its quote; *raw is what stands between the quotes. */
static bool scan_string(struct scanner *scan, struct span *raw, bool *has_escapes)
{
	const char *start = ++scan->at;

	*has_escapes = false;
	for (;;) {
		int c = peek(scan);
		size_t step = 1;

		if (c < 0)
			return refuse(scan, "unfinished string");
		if (c == '"')
			break;
		if (c < 0x20)
			return refuse(scan, "control character in a string");
		if (c == '\\') {
			*has_escapes = true;
			if (!skip_escape(scan))
				return false;
			continue;
		}
		if (c >= 0x80)
			step = utf8_sequence((const unsigned char *)scan->at, (size_t)(scan->end - scan->at));
		if (step == 0)
			return refuse(scan, "not UTF-8");
		scan->at += step;
	}
	*raw = (struct span){start, (size_t)(scan->at - start)};
	scan->at++;
	return true;
}

static char *put_utf8(char *to, long point)
{
	if (point < 0x80) {
		*to++ = (char)point;
		return to;
	}
	if (point < 0x800) {
		*to++ = (char)(0xc0 | point >> 6);
	} else {
		if (point < 0x10000) {
			*to++ = (char)(0xe0 | point >> 12);
		} else {
			*to++ = (char)(0xf0 | point >> 18);
			*to++ = (char)(0x80 | (point >> 12 & 0x3f));
		}
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
	}
	*to++ = (char)(0x80 | (point & 0x3f));
	return to;
}

/* Escapes only ever get shorter. */
struct span json_unescape(struct arena *arena, struct span raw)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	char *text = arena_alloc(arena, raw.len + 1), *to = text;
	const char *at = raw.ptr, *end = raw.ptr + raw.len;

	while (at < end) {
		size_t length = 2;

		if (*at != '\\') {
			*to++ = *at++;
			continue;
		}
		if (at[1] == 'u')
			to = put_utf8(to, unicode_escape(at, end, &length));
		else
			*to++ = meant[strchr(escapes, at[1]) - escapes];
		at += length;
	}
	return (struct span){text, (size_t)(to - text)};
}

static bool skip_digits(struct scanner *scan)
{
	const char *start = scan->at;

	while (peek(scan) >= '0' && peek(scan) <= '9')
		scan->at++;
	return scan->at > start;
}

static bool integer_fits(struct span text)
{
	bool negative = text.ptr[0] == '-';
	uint64_t value, most = (uint64_t)INT64_MAX + (negative ? 1 : 0);

	return span_to_u64(span_after(text, negative ? 1 : 0), &value) && value <= most;
}

static bool is_finite(struct arena *arena, struct span text)
{
	char ordinary[64];

	if (text.len >= sizeof ordinary)
		return isfinite(strtod(arena_span(arena, text), NULL));
	memcpy(ordinary, text.ptr, text.len);
	ordinary[text.len] = '\0';
	return isfinite(strtod(ordinary, NULL));
}

static bool scan_number(struct scanner *scan)
{
	const char *start = scan->at;
	bool integral = true;
	struct span text;

	take(scan, '-');
	if (!take(scan, '0') && !skip_digits(scan))
		return refuse(scan, "not a JSON value");
	if (take(scan, '.')) {
		integral = false;
		if (!skip_digits(scan))
			return refuse(scan, "digit expected after the decimal point");
	}
	if (take(scan, 'e') || take(scan, 'E')) {
		integral = false;
		if (!take(scan, '+'))
			take(scan, '-');
		if (!skip_digits(scan))
			return refuse(scan, "digit expected in the exponent");
	}
	text = (struct span){start, (size_t)(scan->at - start)};
	if (integral ? !integer_fits(text) : !is_finite(scan->arena, text))
		return refuse_at(scan, start, "number out of range");
	return true;
}

static bool scan_word(struct scanner *scan)
{
	static const char *const words[] = {"true", "false", "null"};
	struct span rest = {scan->at, (size_t)(scan->end - scan->at)};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (span_starts(rest, words[i])) {
			scan->at += strlen(words[i]);
			return true;
		}
	}
	return refuse(scan, "not a JSON value");
}

static bool scan_scalar(struct scanner *scan)
{
	struct span raw;
	bool has_escapes;
	int c = peek(scan);

	scan->out->scalars++;
	if (c < 0)
		return refuse(scan, "the text ends where a value is due");
	if (c == '"')
		return scan_string(scan, &raw, &has_escapes);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(scan);
	return scan_word(scan);
}

static void push_key(struct scanner *scan, struct span key)
{
	if (scan->key_count == scan->key_capacity) {
		size_t capacity = scan->key_capacity ? scan->key_capacity * 2 : 32;
		struct span *keys = arena_array(scan->arena, capacity, sizeof *keys);

		if (scan->key_count)
			memcpy(keys, scan->keys, scan->key_count * sizeof *keys);
		scan->keys = keys;
		scan->key_capacity = capacity;
	}
	scan->keys[scan->key_count++] = key;
}

static bool scan_key(struct scanner *scan)
{
	const char *start = scan->at;
	struct span key;
	bool has_escapes;

	if (peek(scan) != '"')
		return refuse(scan, "a key in double quotes is due");
	if (!scan_string(scan, &key, &has_escapes))
		return false;
	if (has_escapes) {
		key = json_unescape(scan->arena, key);
		if (memchr(key.ptr, '\0', key.len))
			return refuse_at(scan, start, "NUL in a key");
	}
	push_key(scan, key);
	scan->out->members++;
	skip_space(scan);
	return take(scan, ':') || refuse(scan, "a colon is due");
}

static int compare_keys(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	size_t shorter = x->len < y->len ? x->len : y->len;
	int order = shorter ? memcmp(x->ptr, y->ptr, shorter) : 0;

	return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* Of the keys from `first` on, which are those of the object that ends here; forgets them. */
static bool keys_are_unique(struct scanner *scan, size_t first)
{
	struct span *keys = scan->keys + first;
	size_t count = scan->key_count - first;

	scan->key_count = first;
	if (count < 2)
		return true;
	qsort(keys, count, sizeof *keys, compare_keys);
	for (size_t i = 1; i < count; i++)
		if (compare_keys(&keys[i - 1], &keys[i]) == 0)
			return refuse(scan, "an object has the same key twice");
	return true;
}

static bool scan_value(struct scanner *scan);

static bool scan_array(struct scanner *scan)
{
	scan->out->arrays++;
	scan->at++;
	skip_space(scan);
	if (take(scan, ']'))
		return true;
	do {
		if (!scan_value(scan))
			return false;
	} while (take(scan, ','));
	return take(scan, ']') || refuse(scan, "a comma or ] is due");
}

static bool scan_object(struct scanner *scan)
{
	size_t first = scan->key_count;

	scan->out->objects++;
	scan->at++;
	skip_space(scan);
	if (take(scan, '}'))
		return true;
	do {
		skip_space(scan);
		if (!scan_key(scan) || !scan_value(scan))
			return false;
	} while (take(scan, ','));
	if (peek(scan) != '}')
		return refuse(scan, "a comma or } is due");
	return keys_are_unique(scan, first) && take(scan, '}');
}

/* A value and the white space around it. */
static bool scan_value(struct scanner *scan)
{
	bool ok;
	int c;

	skip_space(scan);
	c = peek(scan);
	if (c != '{' && c != '[') {
		ok = scan_scalar(scan);
	} else {
		if (scan->depth == LIMIT_JSON_DEPTH)
			return refuse(scan, "nested too deeply");
		scan->depth++;
		ok = c == '{' ? scan_object(scan) : scan_array(scan);
		scan->depth--;
	}
	if (ok)
		skip_space(scan);
	return ok;
}

bool json_scan(struct json_scan *out, struct arena *arena, struct span text)
{
	struct scanner scan = {.out = out, .arena = arena, .begin = text.ptr, .at = text.ptr};

	*out = (struct json_scan){0};
	if (text.len == 0)
		return refuse(&scan, "empty");
	scan.end = text.ptr + text.len;
	if (!scan_value(&scan))
		return false;
	return scan.at == scan.end || refuse(&scan, "more text behind the value");
}
