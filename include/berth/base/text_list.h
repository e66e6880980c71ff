/* SPDX-License-Identifier: MIT */
/* A list of texts that somebody else owns. */
#ifndef BERTH_BASE_TEXT_LIST_H
#define BERTH_BASE_TEXT_LIST_H

#include <stddef.h>

struct text_list {
	const char *const *items; /* none is NULL */
	size_t count;
};

#endif
