/* SPDX-License-Identifier: MIT */
/* Names and values in the order in which signatures cover them. */
#ifndef BERTH_STORE_SERVICE_CANONICAL_PRIV_H
#define BERTH_STORE_SERVICE_CANONICAL_PRIV_H

#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/http/client.h"

struct canonical_pair {
	const char *name;
	const char *value;
};

struct canonical {
	struct canonical_pair *pairs;
	size_t count;
};

/* Whether a field, by its name in lower case, is signed. */
typedef bool canonical_want_fn(const char *name);

/* The fields that `want` lets through (NULL: all), names in lower case, values without blanks at their ends, sorted by name. */
struct canonical canonical_fields(const struct http_field *fields, size_t count, canonical_want_fn *want,
				  struct arena *arena);

/* The parameters of a query as they stand there, unsorted. A parameter without a value has "". */
struct canonical canonical_query(struct span query, struct arena *arena);

/* Sorts by name, then by value, by their bytes. */
void canonical_sort(struct canonical *canonical);

/* The text in lower case (ASCII). */
const char *canonical_lower(const char *text, struct arena *arena);

#endif
