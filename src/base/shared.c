/* SPDX-License-Identifier: MIT */
/* Anonymous shared mappings. */
#include "berth/base/shared.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

void *shared_new(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

void *shared_require(size_t size, const char *purpose)
{
	void *memory = shared_new(size);

	if (!memory) {
		(void)fprintf(stderr, "berth: shared memory for %s: %m\n", purpose); /* the log itself needs this module */
		abort();
	}
	return memory;
}

void shared_free(void *memory, size_t size)
{
	if (memory)
		(void)munmap(memory, size);
}
