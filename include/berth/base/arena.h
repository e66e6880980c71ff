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
 * One armed arena can be the recovery point of the process, as a request's is. Memory that runs out where no armed arena
 * is at hand then jumps there instead of ending the process. The code in between was left in the middle, so the arena is
 * marked `unrecoverable`: the process answers the request and ends in good order.
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
	size_t used;        /* bytes handed out since the last clear */
	size_t ceiling;     /* most that may be handed out between two clears */
	bool armed;         /* on_exhausted is valid */
	bool unrecoverable; /* memory ran out below this recovery point, elsewhere than in this arena; stays set */
	jmp_buf on_exhausted;
};

typedef void arena_cleanup_fn(void *object);

/* Makes an empty arena that hands out at most `ceiling` bytes between two clears. */
void arena_init(struct arena *arena, size_t ceiling);

/* Runs the deferred cleanups, newest first, and forgets all allocations; the first block is kept for reuse. */
void arena_clear(struct arena *arena);

/* Does what arena_clear does, and gives all memory back. */
void arena_release(struct arena *arena);

/* Returns `size` zeroed bytes, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Returns zeroed memory for `count` objects of `size` bytes. A product that overflows exhausts the arena. */
void *arena_array(struct arena *arena, size_t count, size_t size) __attribute__((warn_unused_result, returns_nonnull));

/* Return a copy of a string, of a span, of bytes: with a NUL behind it. */
char *arena_strdup(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_span(struct arena *arena, struct span bytes) __attribute__((returns_nonnull));
void *arena_memdup(struct arena *arena, const void *bytes, size_t size) __attribute__((returns_nonnull));

/* Return the text that printf(3) would write. */
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3), returns_nonnull));
char *arena_vprintf(struct arena *arena, const char *format, va_list args)
	__attribute__((format(printf, 2, 0), returns_nonnull));

/* Makes an armed arena the recovery point of the process, in place of another one, until it is cleared. */
void arena_recover_here(struct arena *arena);

/* Jumps as an allocation of the arena would: a library had no memory for an object that belongs to the arena's user. */
_Noreturn void arena_exhaust(struct arena *arena);

/* Jumps to the recovery point of the process, and aborts if there is none: no arena is at hand, and memory is out. */
_Noreturn void arena_none_left(void);

/* Registers fn(object) to be called when the arena is cleared or released, the newest first. */
void arena_defer(struct arena *arena, arena_cleanup_fn *fn, void *object);

#endif
