/* SPDX-License-Identifier: MIT */
/* Names and values in the order of signatures. */
#include "canonical_priv.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *canonical_lower(const char *text, struct arena *arena)
{
	char *out = arena_strdup(arena, text);

	for (char *at = out; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return out;
}

static int by_name(const void *left, const void *right)
{
	const struct canonical_pair *a = left, *b = right;
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->value, b->value);
}

void canonical_sort(struct canonical *canonical)
{
	qsort(canonical->pairs, canonical->count, sizeof *canonical->pairs, by_name);
}

struct canonical canonical_fields(const struct http_field *fields, size_t count, canonical_want_fn *want,
				  struct arena *arena)
{
	struct canonical out = {arena_array(arena, count + 1, sizeof *out.pairs), 0};

	for (size_t i = 0; i < count; i++) {
		const char *name = canonical_lower(fields[i].name, arena);

		if (!want || want(name))
			out.pairs[out.count++] =
				(struct canonical_pair){name, arena_span(arena, span_trim(span_of(fields[i].value)))};
	}
	canonical_sort(&out);
	return out;
}

struct canonical canonical_query(struct span query, struct arena *arena)
{
	struct canonical out = {NULL, 0};
	struct span part, name;
	size_t most = 1;

	for (size_t i = 0; i < query.len; i++)
		most += query.ptr[i] == '&';
	out.pairs = arena_array(arena, most, sizeof *out.pairs);
	while (query.len > 0 && span_split(&query, '&', &part)) {
		if (part.len == 0)
			continue;
		(void)span_split(&part, '=', &name);
		out.pairs[out.count++] =
			(struct canonical_pair){arena_span(arena, name), part.ptr ? arena_span(arena, part) : ""};
	}
	return out;
}
