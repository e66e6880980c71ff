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

/* The bytes of a C string; NULL gives the empty span. */
static inline struct span span_of(const char *text)
{
	return (struct span){text ? text : "", text ? strlen(text) : 0};
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool span_is(struct span a, const char *text)
{
	return span_equal(a, span_of(text));
}

/* ASCII case folded comparison: header and scheme names (RFC 9110 section 5.1). */
bool span_is_nocase(struct span a, const char *text);

static inline bool span_starts(struct span a, const char *prefix)
{
	size_t len = strlen(prefix);

	return a.len >= len && memcmp(a.ptr, prefix, len) == 0;
}

/* What is left after `count` bytes; the empty span when there are fewer. */
static inline struct span span_after(struct span a, size_t count)
{
	return count >= a.len ? (struct span){a.ptr + a.len, 0} : (struct span){a.ptr + count, a.len - count};
}

/* Without leading and trailing spaces and tabs. */
struct span span_trim(struct span a);

/*
 * Takes the part of *rest before `separator` and moves *rest behind it.
 * Returns false when *rest is used up (ptr NULL); an empty span yields one empty part.
 */
bool span_split(struct span *rest, char separator, struct span *part);

/* A whole decimal number without sign or blanks; false on anything else and beyond uint64_t. */
bool span_to_u64(struct span a, uint64_t *out);

#endif
