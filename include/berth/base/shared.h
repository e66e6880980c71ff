/* SPDX-License-Identifier: MIT */
/*
 * Memory that a process shares with the processes that it forks afterwards: anonymous, zeroed, of a fixed size, without a
 * name in the file system. The memory lives until the last of these processes has freed it or has ended.
 */
#ifndef BERTH_BASE_SHARED_H
#define BERTH_BASE_SHARED_H

#include <stddef.h>

/* Makes `size` zeroed bytes that later children share. Returns NULL, with errno set, if the kernel has none. */
void *shared_new(size_t size);

/*
 * Does the same for a program that cannot run without: writes a line with `purpose` to stderr and aborts if there is
 * none.
 */
void *shared_require(size_t size, const char *purpose) __attribute__((returns_nonnull));

/* Takes the `size` bytes of shared_new out of this process; the other processes keep them. Takes NULL. */
void shared_free(void *memory, size_t size);

#endif
