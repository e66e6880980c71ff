/* SPDX-License-Identifier: MIT */
/*
 * A growing string in an arena, with a ceiling that its maker names.
 *
 * Past the ceiling the buffer is marked `failed`, keeps what it has and ignores the rest, so the caller asks strbuf_ok
 * once, at the end. The text is always NUL-terminated and lives as long as the arena.
 */
#ifndef BERTH_BASE_STRBUF_H
#define BERTH_BASE_STRBUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct strbuf {
	struct arena *arena;
	char *ptr; /* never NULL after strbuf_init */
	size_t len;
	size_t capacity;
	size_t ceiling;
	bool failed;
};

/* Makes an empty buffer that will hold at most `ceiling` bytes, the NUL not counted. */
void strbuf_init(struct strbuf *buf, struct arena *arena, size_t ceiling);

/* Makes an empty buffer in the caller's memory. It does not grow and takes no strbuf_addf. */
void strbuf_fixed(struct strbuf *buf, char *memory, size_t size);

/* Append bytes, a C string, a span, a character, printf(3)'s text. */
void strbuf_add(struct strbuf *buf, const void *bytes, size_t len);
void strbuf_adds(struct strbuf *buf, const char *text);
void strbuf_add_span(struct strbuf *buf, struct span bytes);
void strbuf_addc(struct strbuf *buf, char c);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Returns room for `len` more bytes, which the caller writes and adds to buf->len; NULL past the ceiling. */
char *strbuf_reserve(struct strbuf *buf, size_t len);

/* Returns whether all that was appended is there. */
static inline bool strbuf_ok(const struct strbuf *buf)
{
	return !buf->failed;
}

/* Returns the text, borrowed. */
static inline struct span strbuf_span(const struct strbuf *buf)
{
	return (struct span){buf->ptr, buf->len};
}

#endif
