/* SPDX-License-Identifier: MIT */
/* A growing string in an arena. */
#include "berth/base/strbuf.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 128

void strbuf_init(struct strbuf *buf, struct arena *arena, size_t ceiling)
{
	static char nothing[1];

	*buf = (struct strbuf){.arena = arena, .ptr = nothing, .ceiling = ceiling};
}

void strbuf_fixed(struct strbuf *buf, char *memory, size_t size)
{
	*buf = (struct strbuf){.ptr = memory, .capacity = size, .ceiling = size - 1};
	*memory = '\0';
}

static bool grow(struct strbuf *buf, size_t needed)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;
	char *bigger;

	if (buf->failed || needed > buf->ceiling) {
		buf->failed = true;
		return false;
	}
	if (needed < buf->capacity)
		return true;
	while (capacity <= needed)
		capacity *= 2;
	bigger = arena_alloc(buf->arena, capacity);
	memcpy(bigger, buf->ptr, buf->len);
	buf->ptr = bigger;
	buf->capacity = capacity;
	return true;
}

char *strbuf_reserve(struct strbuf *buf, size_t len)
{
	size_t needed;

	if (__builtin_add_overflow(buf->len, len, &needed) || !grow(buf, needed)) {
		buf->failed = true;
		return NULL;
	}
	return buf->ptr + buf->len;
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t len)
{
	char *room = strbuf_reserve(buf, len);

	if (!room || len == 0)
		return;
	memcpy(room, bytes, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

void strbuf_adds(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_add_span(struct strbuf *buf, struct span bytes)
{
	strbuf_add(buf, bytes.ptr, bytes.len);
}

void strbuf_addc(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

void strbuf_vaddf(struct strbuf *buf, const char *format, va_list args)
{
	char *text = arena_vprintf(buf->arena, format, args);

	strbuf_adds(buf, text);
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	strbuf_vaddf(buf, format, args);
	va_end(args);
}
