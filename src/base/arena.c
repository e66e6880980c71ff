/* SPDX-License-Identifier: MIT */
/* Memory with the life of one request. */
#include "berth/base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)16 << 10) /* holds an ordinary request whole */

#if defined(__SANITIZE_ADDRESS__)
#define ONE_MALLOC_EACH 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ONE_MALLOC_EACH 1
#endif
#endif
#ifndef ONE_MALLOC_EACH
#define ONE_MALLOC_EACH 0
#endif

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

struct arena_cleanup {
	struct arena_cleanup *next;
	arena_cleanup_fn *fn;
	void *object;
};

static struct arena *recovery;

void arena_init(struct arena *arena, size_t ceiling)
{
	memset(arena, 0, sizeof *arena);
	arena->ceiling = ceiling;
}

void arena_recover_here(struct arena *arena)
{
	recovery = arena;
}

void arena_none_left(void)
{
	if (recovery) {
		recovery->unrecoverable = true;
		longjmp(recovery->on_exhausted, 1);
	}
	fputs("berth: out of memory\n", stderr);
	abort();
}

void arena_exhaust(struct arena *arena)
{
	if (arena->armed)
		longjmp(arena->on_exhausted, 1);
	arena_none_left();
}

static struct arena_block *add_block(struct arena *arena, size_t size)
{
	struct arena_block *block = malloc(sizeof *block + size);

	if (!block)
		arena_exhaust(arena);
	block->size = size;
	block->used = 0;
	block->next = arena->block;
	arena->block = block;
	return block;
}

static struct arena_block *block_with(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->block;

	if (ONE_MALLOC_EACH)
		return add_block(arena, size);
	if (block && block->size - block->used >= size)
		return block;
	return add_block(arena, size > BLOCK_SIZE / 2 ? size : BLOCK_SIZE);
}

/* Allocates without counting: the ceiling bounds what requests ask for, not the list of cleanups. */
static void *arena_take(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t rounded = (size + align - 1) & ~(align - 1);
	struct arena_block *block = block_with(arena, rounded);
	void *result = block->data + block->used;

	block->used += rounded;
	memset(result, 0, size);
	return result;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	if (size > arena->ceiling - arena->used)
		arena_exhaust(arena);
	arena->used += size;
	return arena_take(arena, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		arena_exhaust(arena);
	return arena_alloc(arena, total);
}

void *arena_memdup(struct arena *arena, const void *bytes, size_t size)
{
	char *copy = arena_alloc(arena, size + 1);

	if (size > 0)
		memcpy(copy, bytes, size);
	return copy;
}

char *arena_span(struct arena *arena, struct span bytes)
{
	return arena_memdup(arena, bytes.ptr, bytes.len);
}

char *arena_strdup(struct arena *arena, const char *text)
{
	return arena_memdup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	va_list again;
	int length;
	char *text;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (length < 0)
		arena_exhaust(arena);
	text = arena_alloc(arena, (size_t)length + 1);
	(void)vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void arena_defer(struct arena *arena, arena_cleanup_fn *fn, void *object)
{
	struct arena_cleanup *cleanup = arena_take(arena, sizeof *cleanup);

	cleanup->fn = fn;
	cleanup->object = object;
	cleanup->next = arena->cleanups;
	arena->cleanups = cleanup;
}

static void run_cleanups(struct arena *arena)
{
	while (arena->cleanups) {
		struct arena_cleanup *cleanup = arena->cleanups;

		arena->cleanups = cleanup->next;
		cleanup->fn(cleanup->object);
	}
}

void arena_clear(struct arena *arena)
{
	struct arena_block *block, *next, *kept = NULL;

	arena->armed = false;
	if (recovery == arena)
		recovery = NULL;
	run_cleanups(arena);
	for (block = arena->block; block; block = next) {
		next = block->next;
		if (!next && !ONE_MALLOC_EACH && block->size == BLOCK_SIZE)
			kept = block;
		else
			free(block);
	}
	if (kept) {
		kept->used = 0;
		kept->next = NULL;
	}
	arena->block = kept;
	arena->used = 0;
}

void arena_release(struct arena *arena)
{
	arena_clear(arena);
	free(arena->block);
	arena->block = NULL;
}
