/* SPDX-License-Identifier: MIT */
/* The block that a shim for LD_PRELOAD shares with its test. */
#ifndef BERTH_TESTS_FAULTS_CONTROL_H
#define BERTH_TESTS_FAULTS_CONTROL_H

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Maps the file of at least `size` bytes that the variable names. NULL: there is none, and nothing is to fail. */
static void *control_map(const char *variable, size_t size)
{
	const char *path = getenv(variable);
	int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (fd < 0)
		return NULL;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? NULL : map;
}

#endif
