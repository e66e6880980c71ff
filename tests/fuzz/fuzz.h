/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz targets share. A target runs one parser on the bytes it is given and checks with CLAIM what the
 * parser's header promises of its result, so that more than crashes are found.
 */
#ifndef BERTH_TESTS_FUZZ_FUZZ_H
#define BERTH_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "berth/base/arena.h"
#include "berth/base/limits.h"
#include "berth/base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CLAIM(condition)                                                                               \
	do {                                                                                           \
		if (!(condition)) {                                                                    \
			fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
			abort();                                                                       \
		}                                                                                      \
	} while (0)

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
	return (struct span){size ? (const char *)data : "", size};
}

/* The first line of *rest, which moves behind it: for targets with more than one input. */
static inline struct span fuzz_line(struct span *rest)
{
	struct span line = {"", 0};

	span_split(rest, '\n', &line);
	if (!rest->ptr)
		*rest = (struct span){"", 0};
	return line;
}

static inline bool fuzz_has_control(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return true;
	return false;
}

#endif
