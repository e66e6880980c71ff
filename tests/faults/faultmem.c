/* SPDX-License-Identifier: MIT */
/*
 * A shim for LD_PRELOAD that makes the Nth allocation of one process fail, or every one from the Nth on.
 *
 * BERTH_FAULTMEM names a file of at least one `struct control`, mapped and shared: the test writes which process is
 * meant and which allocation shall fail, and reads how many there were and how many blocks are held. Allocations of
 * the libraries come through here as well as Berth's own; those that libc makes for itself inside (stdio, locales) do
 * not all.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "control.h"

/* The test writes this with struct.pack("6i"). */
struct control {
	_Atomic int process; /* whose allocations count; 0 disarms */
	_Atomic int nth;     /* the one that fails, from 1 on; 0 only counts */
	_Atomic int forever; /* all behind it fail, too */
	_Atomic int count;   /* allocations so far */
	_Atomic int hits;    /* failures so far */
	_Atomic int held;    /* blocks taken less blocks given back, armed or not, of the process named last */
};

/* What glibc's own functions are called underneath: looking them up with dlsym would allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

static struct control *control;

__attribute__((constructor)) static void begin(void)
{
	control = control_map("BERTH_FAULTMEM", sizeof *control);
}

static int is_meant(void)
{
	return control && atomic_load(&control->process) == getpid();
}

/* True when this allocation is one that fails; errno is set. */
static int falls(void)
{
	int nth, at;

	if (!is_meant())
		return 0;
	nth = atomic_load(&control->nth);
	at = atomic_fetch_add(&control->count, 1) + 1;
	if (nth == 0 || (atomic_load(&control->forever) ? at < nth : at != nth))
		return 0;
	atomic_fetch_add(&control->hits, 1);
	errno = ENOMEM;
	return 1;
}

static void *taken(void *block)
{
	if (block && is_meant())
		atomic_fetch_add(&control->held, 1);
	return block;
}

void *malloc(size_t size)
{
	return falls() ? NULL : taken(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
	return falls() ? NULL : taken(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
	if (size == 0 || !falls())
		return block ? __libc_realloc(block, size) : taken(__libc_realloc(block, size));
	return NULL;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return falls() ? NULL : taken(__libc_memalign(alignment, size));
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
	void *block = falls() ? NULL : taken(__libc_memalign(alignment, size));

	if (block)
		*out = block;
	return block ? 0 : ENOMEM;
}

void free(void *block)
{
	if (block && is_meant())
		atomic_fetch_sub(&control->held, 1);
	__libc_free(block);
}
