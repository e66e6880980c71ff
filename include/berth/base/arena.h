/* SPDX-License-Identifier: MIT */
/*
 * Memory with the life of one request (or one command).
 *
 *     arena_init(&a, LIMIT_REQUEST_MEMORY);
 *     if (setjmp(a.on_exhausted) == 0) {
 *             a.armed = true;
 *             ... arena_alloc, arena_printf, arena_defer ...
 *     } else {
 *             ... answer 503: the request wanted more than its ceiling ...
 *     }
 *     arena_clear(&a);
 *
 * Allocation never returns NULL. When the ceiling or malloc is exhausted, it jumps to `on_exhausted` if the arena is
 * armed, and aborts the process if it is not (start-up code, commands). Anything that needs closing is registered
 * with arena_defer, so that neither the jump nor an early return leaks it.
 *
 * An armed arena can be the refuge of the process, as a request's is: memory that runs out anywhere beneath, in an arena
 * that is not armed or where there is none, then jumps there instead of ending the process. What was under way in between
 * is left as it stood, so `forsaken` is set: answer, and end the process in good order.
 *
 * Under AddressSanitizer every allocation is a malloc of its own, so that overruns are seen.
 */
#ifndef BERTH_BASE_ARENA_H
#define BERTH_BASE_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

struct arena_block;
struct arena_cleanup;

struct arena {
	struct arena_block *block;
	struct arena_cleanup *cleanups;
	size_t used;    /* bytes handed out since the last clear */
	size_t ceiling; /* most that may be handed out between two clears */
	bool armed;     /* on_exhausted is valid */
	bool forsaken;  /* what was beneath this refuge can no longer be trusted; stays */
	jmp_buf on_exhausted;
};

typedef void arena_cleanup_fn(void *object);

/* Makes an empty arena that hands out at most `ceiling` bytes between two clears. */
void arena_init(struct arena *arena, size_t ceiling);

/* Runs the deferred cleanups, newest first, and forgets all allocations; the first block is kept for reuse. */
void arena_clear(struct arena *arena);

/* arena_clear, then gives all memory back. */
void arena_release(struct arena *arena);

/* Zeroed memory, aligned for any type. Never NULL. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Zeroed memory for count objects; an overflowing product exhausts the arena. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Copies, NUL-terminated. */
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_span(struct arena *arena, struct span bytes) __attribute__((returns_nonnull));
void *arena_memdup(struct arena *arena, const void *bytes, size_t size) __attribute__((returns_nonnull));

char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0), returns_nonnull));

/* Makes an armed arena the refuge, until it is cleared. There is one at a time. */
void arena_refuge(struct arena *arena);

/* For memory that goes with the arena's but is not from it, such as a library's: it has run out. */
_Noreturn void arena_exhaust(struct arena *arena);

/* For memory that goes with no arena: it has run out. */
_Noreturn void arena_none_left(void);

/* Calls fn(object) when the arena is cleared or released. */
void arena_defer(struct arena *arena, arena_cleanup_fn *fn, void *object);

#endif
