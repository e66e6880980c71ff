/* SPDX-License-Identifier: MIT */
/*
 * One pass over a copy of the text. Strings are decoded where they stand, as escapes only get shorter, and the NUL behind
 * a string takes the place of its closing quote or of what its escapes have left.
 */
#include "berth/base/json_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/utf8.h"

#define FEW_KEYS 12 /* are compared with each other faster than they are sorted */

struct reader {
	struct arena *arena;
	struct json_fault fault;
	const char *begin;
	char *at;
	const char *end;
	unsigned depth;
	size_t values;
};

static bool refuse_at(struct reader *reader, const char *at, const char *reason)
{
	reader->fault = (struct json_fault){reason, (size_t)(at - reader->begin)};
	return false;
}

static bool reader_refuse(struct reader *reader, const char *reason)
{
	return refuse_at(reader, reader->at, reason);
}

/* The next byte, or -1 at the end. */
static int peek(const struct reader *reader)
{
	return reader->at < reader->end ? (unsigned char)*reader->at : -1;
}

static bool reader_take(struct reader *reader, char c)
{
	if (peek(reader) != c)
		return false;
	reader->at++;
	return true;
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end &&
	       (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
}

/* ---- strings ---- */

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

/* The code point of the \uXXXX at `at`, two of them for a pair, or -1. *length is what it takes in the text. */
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

/* Decodes the escape at the reader to *to, and passes over it. */
static bool read_escape(struct reader *reader, char **to)
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *simple;
	size_t length = 2;
	long point;

	if (reader->end - reader->at < 2)
		return reader_refuse(reader, "unfinished escape");
	if (reader->at[1] == 'u') {
		point = unicode_escape(reader->at, reader->end, &length);
		if (point < 0)
			return reader_refuse(reader, "bad \\u escape or lone surrogate");
		*to = put_utf8(*to, point);
	} else {
		simple = reader->at[1] ? strchr(escapes, reader->at[1]) : NULL;
		if (!simple)
			return reader_refuse(reader, "unknown escape");
		*(*to)++ = meant[simple - escapes];
	}
	reader->at += length;
	return true;
}

/* Reads the string at the reader's quote. */
static bool read_string(struct reader *reader, struct span *out)
{
	char *start = ++reader->at, *to = start;

	for (;;) {
		int c = peek(reader);
		size_t step = 1;

		if (c < 0)
			return reader_refuse(reader, "unfinished string");
		if (c == '"')
			break;
		if (c < 0x20)
			return reader_refuse(reader, "control character in a string");
		if (c == '\\') {
			if (!read_escape(reader, &to))
				return false;
			continue;
		}
		if (c >= 0x80)
			step = utf8_sequence((const unsigned char *)reader->at, (size_t)(reader->end - reader->at));
		if (step == 0)
			return reader_refuse(reader, "not UTF-8");
		if (to == reader->at) {
			to = reader->at += step;
			continue;
		}
		for (; step > 0; step--)
			*to++ = *reader->at++;
	}
	*out = (struct span){start, (size_t)(to - start)};
	*to = '\0';
	reader->at++;
	return true;
}

/* ---- numbers and words ---- */

static bool skip_digits(struct reader *reader)
{
	const char *start = reader->at;

	while (peek(reader) >= '0' && peek(reader) <= '9')
		reader->at++;
	return reader->at > start;
}

static bool to_integer(int64_t *out, struct span text)
{
	bool negative = text.ptr[0] == '-';
	uint64_t value;

	if (!span_to_u64(span_after(text, negative ? 1 : 0), &value) || value > (uint64_t)INT64_MAX + (negative ? 1 : 0))
		return false;
	*out = negative ? (int64_t)(0 - value) : (int64_t)value;
	return true;
}

static bool read_number(struct reader *reader, struct json *out)
{
	const char *start = reader->at;

	out->kind = JSON_INTEGER;
	reader_take(reader, '-');
	if (!reader_take(reader, '0') && !skip_digits(reader))
		return reader_refuse(reader, "not a JSON value");
	if (reader_take(reader, '.')) {
		out->kind = JSON_REAL;
		if (!skip_digits(reader))
			return reader_refuse(reader, "digit expected after the decimal point");
	}
	if (reader_take(reader, 'e') || reader_take(reader, 'E')) {
		out->kind = JSON_REAL;
		if (!reader_take(reader, '+'))
			reader_take(reader, '-');
		if (!skip_digits(reader))
			return reader_refuse(reader, "digit expected in the exponent");
	}
	if (out->kind == JSON_REAL) {
		out->real = strtod(start, NULL); /* ends where the digits do: the copy has a NUL behind it */
		return isfinite(out->real) || refuse_at(reader, start, "number out of range");
	}
	return to_integer(&out->integer, (struct span){start, (size_t)(reader->at - start)}) ||
	       refuse_at(reader, start, "number out of range");
}

static bool read_word(struct reader *reader, struct json *out)
{
	static const struct {
		const char *text;
		enum json_kind kind;
		bool boolean;
	} words[] = {{"true", JSON_BOOLEAN, true}, {"false", JSON_BOOLEAN, false}, {"null", JSON_NULL, false}};
	struct span rest = {reader->at, (size_t)(reader->end - reader->at)};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_starts(rest, words[i].text)) {
			out->kind = words[i].kind;
			out->boolean = words[i].boolean;
			reader->at += strlen(words[i].text);
			return true;
		}
	return reader_refuse(reader, "not a JSON value");
}

/* ---- arrays and objects ---- */

static bool read_value(struct reader *reader, struct json *out);

/* Reads the next item or member, and hangs it in at *last. */
static bool read_child(struct reader *reader, struct json *parent, struct json ***last, const char *key)
{
	struct json *child;

	if (++reader->values > LIMIT_JSON_VALUES)
		return reader_refuse(reader, "too many values");
	child = arena_alloc(reader->arena, sizeof *child);
	child->key = key;
	**last = child;
	*last = &child->next;
	parent->length++;
	return read_value(reader, child);
}

static bool read_array(struct reader *reader, struct json *out)
{
	struct json **last = &out->first;

	out->kind = JSON_ARRAY;
	reader->at++;
	skip_space(reader);
	if (reader_take(reader, ']'))
		return true;
	do {
		if (!read_child(reader, out, &last, NULL))
			return false;
	} while (reader_take(reader, ','));
	return reader_take(reader, ']') || reader_refuse(reader, "a comma or ] is due");
}

static bool read_member_key(struct reader *reader, const char **out)
{
	const char *start = reader->at;
	struct span key;

	if (peek(reader) != '"')
		return reader_refuse(reader, "a key in double quotes is due");
	if (!read_string(reader, &key))
		return false;
	if (memchr(key.ptr, '\0', key.len))
		return refuse_at(reader, start, "NUL in a key");
	*out = key.ptr;
	skip_space(reader);
	return reader_take(reader, ':') || reader_refuse(reader, "a colon is due");
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_twins(struct reader *reader, const struct json *object)
{
	const char **keys;
	size_t count = 0;

	if (object->length <= FEW_KEYS) {
		for (const struct json *a = object->first; a; a = a->next)
			for (const struct json *b = a->next; b; b = b->next)
				if (strcmp(a->key, b->key) == 0)
					return true;
		return false;
	}
	keys = arena_array(reader->arena, object->length, sizeof *keys);
	for (const struct json *member = object->first; member; member = member->next)
		keys[count++] = member->key;
	qsort(keys, count, sizeof *keys, compare_keys);
	for (size_t i = 1; i < count; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0)
			return true;
	return false;
}

static bool read_object(struct reader *reader, struct json *out)
{
	struct json **last = &out->first;
	const char *key;

	out->kind = JSON_OBJECT;
	reader->at++;
	skip_space(reader);
	if (reader_take(reader, '}'))
		return true;
	do {
		skip_space(reader);
		if (!read_member_key(reader, &key) || !read_child(reader, out, &last, key))
			return false;
	} while (reader_take(reader, ','));
	if (peek(reader) != '}')
		return reader_refuse(reader, "a comma or } is due");
	if (has_twins(reader, out))
		return reader_refuse(reader, "an object has the same key twice");
	return reader_take(reader, '}');
}

static bool read_scalar(struct reader *reader, struct json *out)
{
	int c = peek(reader);
	struct span string;

	if (c < 0)
		return reader_refuse(reader, "the text ends where a value is due");
	if (c == '-' || (c >= '0' && c <= '9'))
		return read_number(reader, out);
	if (c != '"')
		return read_word(reader, out);
	if (!read_string(reader, &string))
		return false;
	out->kind = JSON_STRING;
	out->string = string.ptr;
	out->length = (uint32_t)string.len;
	return true;
}

/* Reads a value and the white space around it. */
static bool read_value(struct reader *reader, struct json *out)
{
	bool ok;
	int c;

	skip_space(reader);
	c = peek(reader);
	if (c != '{' && c != '[') {
		ok = read_scalar(reader, out);
	} else {
		if (reader->depth == LIMIT_JSON_DEPTH)
			return reader_refuse(reader, "nested too deeply");
		reader->depth++;
		ok = c == '{' ? read_object(reader, out) : read_array(reader, out);
		reader->depth--;
	}
	if (ok)
		skip_space(reader);
	return ok;
}

static bool read_text(struct reader *reader, struct json *out, struct span text)
{
	if (text.len == 0)
		return reader_refuse(reader, "empty");
	if (text.len >= UINT32_MAX)
		return reader_refuse(reader, "too long");
	reader->begin = reader->at = arena_span(reader->arena, text);
	reader->end = reader->begin + text.len;
	return read_value(reader, out) &&
	       (reader->at == reader->end || reader_refuse(reader, "more text behind the value"));
}

const struct json *json_read(struct arena *arena, struct span text, struct json_fault *fault)
{
	struct json *root = arena_alloc(arena, sizeof *root);
	struct reader reader = {.arena = arena};

	if (read_text(&reader, root, text))
		return root;
	if (fault)
		*fault = reader.fault;
	return NULL;
}

/* ---- looking at the tree ---- */

const struct json *json_first(const struct json *value)
{
	return json_is(value, JSON_ARRAY) || json_is(value, JSON_OBJECT) ? value->first : NULL;
}

static const struct json *json_find(const struct json *object, const char *key)
{
	const struct json *member = json_is(object, JSON_OBJECT) ? object->first : NULL;

	while (member && strcmp(member->key, key) != 0)
		member = member->next;
	return member;
}

bool json_has(const struct json *object, const char *key)
{
	return json_find(object, key) != NULL;
}

const struct json *json_get(const struct json *object, const char *key)
{
	const struct json *member = json_find(object, key);

	return json_is(member, JSON_NULL) ? NULL : member;
}

size_t json_count(const struct json *array)
{
	return json_is(array, JSON_ARRAY) ? array->length : 0;
}

struct span json_as_span(const struct json *value)
{
	return json_is(value, JSON_STRING) ? (struct span){value->string, value->length} : (struct span){NULL, 0};
}

const char *json_as_string(const struct json *value)
{
	return json_is(value, JSON_STRING) ? value->string : NULL;
}

const char *json_get_string(const struct json *object, const char *key)
{
	return json_as_string(json_get(object, key));
}

int64_t json_get_integer(const struct json *object, const char *key, int64_t fallback)
{
	const struct json *value = json_get(object, key);

	return json_is(value, JSON_INTEGER) ? value->integer : fallback;
}
