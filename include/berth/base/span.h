/* SPDX-License-Identifier: MIT */
/*
 * A borrowed run of bytes: pointer and length, no terminator, no ownership.
 * Parsers take and return spans; whoever holds the bytes keeps them alive.
 */
#ifndef BERTH_BASE_SPAN_H
#define BERTH_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const char *ptr;
	size_t len;
};

/* printf("%.*s", SPAN_ARG(s)) */
#define SPAN_ARG(s) (int)(s).len, (s).ptr
#define SPAN_LIT(literal) ((struct span){(literal), sizeof(literal) - 1})

/* Returns the bytes of a C string; NULL gives the empty span. */
static inline struct span span_of(const char *text)
{
	return (struct span){text ? text : "", text ? strlen(text) : 0};
}

/* Returns whether both hold the same bytes. */
static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Returns whether the bytes are those of the C string. */
static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_of(text));
}

/* Compares without regard to ASCII case, as names of headers and schemes are (RFC 9110 section 5.1). */
bool span_is_nocase(struct span a, const char *text);

/* Returns whether the bytes begin with the C string. */
static inline bool span_starts(struct span a, const char *prefix)
{
	size_t len = strlen(prefix);

	return a.len >= len && memcmp(a.ptr, prefix, len) == 0;
}

/* Returns what is behind the first `count` bytes; the empty span at the end of `a` if there are fewer. */
static inline struct span span_after(struct span a, size_t count)
{
	return count >= a.len ? (struct span){a.ptr + a.len, 0} : (struct span){a.ptr + count, a.len - count};
}

/* Returns the span without leading and trailing spaces and tabs. */
struct span span_trim(struct span a);

/*
 * Takes the part of *rest before `separator` and moves *rest behind it.
 * Returns false when *rest is used up (ptr NULL); an empty span yields one empty part.
 */
bool span_split(struct span *rest, char separator, struct span *part);

/* Reads a decimal number without sign and blanks. Returns false for any other text and beyond uint64_t. */
bool span_to_u64(struct span a, uint64_t *out);

#endif
