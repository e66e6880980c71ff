/* SPDX-License-Identifier: MIT */
/* Set-associative tables. */
#include "berth/base/ways.h"

static unsigned char *first_of(const struct ways *table, uint64_t number)
{
	return (unsigned char *)table->entries + number % table->sets * table->ways * table->size;
}

void *ways_find(const struct ways *table, uint64_t number, ways_same_fn *same, const void *key)
{
	unsigned char *entry = first_of(table, number);

	for (size_t i = 0; i < table->ways; i++, entry += table->size)
		if (same(entry, key))
			return entry;
	return NULL;
}

void *ways_least(const struct ways *table, uint64_t number, ways_worth_fn *worth)
{
	unsigned char *entry = first_of(table, number), *least = entry;
	int64_t least_worth = worth(entry);

	for (size_t i = 1; i < table->ways; i++) {
		int64_t found;

		entry += table->size;
		found = worth(entry);
		if (found >= least_worth)
			continue;
		least = entry;
		least_worth = found;
	}
	return least;
}

uint64_t ways_number(struct span text)
{
	uint64_t number = 14695981039346656037u;

	for (size_t i = 0; i < text.len; i++)
		number = (number ^ (unsigned char)text.ptr[i]) * 1099511628211u;
	return number;
}
