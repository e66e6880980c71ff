/* SPDX-License-Identifier: MIT */
/*
 * A set-associative table over an array of the caller: the index of a small cache.
 *
 * The array holds `sets` sets of `ways` entries each, one set after the other. A number (a hash of the key) names the set in
 * which an entry may stand. The caller keeps the entries, decides which of them fit a key, and fills the entry that ways_least
 * gives. The table itself holds no state, so that processes may share the array.
 */
#ifndef BERTH_BASE_WAYS_H
#define BERTH_BASE_WAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/span.h"

struct ways {
	void *entries; /* sets * ways of them */
	size_t size;   /* of one entry */
	size_t sets;
	size_t ways;
};

/* Whether the entry is filled and its key is `key`. */
typedef bool ways_same_fn(const void *entry, const void *key);

/* What the entry is worth: the least is replaced first. An empty entry has the least value of all. */
typedef int64_t ways_worth_fn(const void *entry);

/* Returns the entry that fits the key, or NULL. */
void *ways_find(const struct ways *table, uint64_t number, ways_same_fn *same, const void *key);

/* Returns the entry that a new key of this number replaces: the one worth least, the first of several. */
void *ways_least(const struct ways *table, uint64_t number, ways_worth_fn *worth);

/* Returns a number for a text (FNV-1a). Texts that an attacker picks can be made to meet in one set. */
uint64_t ways_number(struct span text);

#endif
