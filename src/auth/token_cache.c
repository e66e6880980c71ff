/* SPDX-License-Identifier: MIT */
/* Good tokens, remembered. */
#include "berth/auth/token_cache.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/ways.h"

#define SETS 32
#define WAYS 4
#define SLOT_MEMORY (16 * LIMIT_TOKEN) /* a token's texts and the pointers to them */

struct token_slot {
	struct arena arena;
	struct principal principal;
	unsigned char hash[PRINCIPAL_FINGERPRINT];
	int64_t expires; /* 0: empty */
	int64_t put;     /* the number of its put; 0: empty */
};

struct token_cache {
	struct token_slot slots[SETS * WAYS];
	int64_t puts;
};

static struct ways table_of(struct token_cache *cache)
{
	return (struct ways){cache->slots, sizeof *cache->slots, SETS, WAYS};
}

static void token_slot_empty(struct token_slot *slot)
{
	arena_release(&slot->arena);
	slot->expires = slot->put = 0;
}

struct token_cache *token_cache_new(void)
{
	struct token_cache *cache = calloc(1, sizeof *cache);

	for (size_t i = 0; cache && i < SETS * WAYS; i++)
		arena_init(&cache->slots[i].arena, SLOT_MEMORY);
	return cache;
}

void token_cache_clear(struct token_cache *cache)
{
	for (size_t i = 0; cache && i < SETS * WAYS; i++)
		token_slot_empty(&cache->slots[i]);
}

void token_cache_free(struct token_cache *cache)
{
	token_cache_clear(cache);
	free(cache);
}

static bool has_hash(const void *entry, const void *hash)
{
	const struct token_slot *slot = entry;

	return slot->put && memcmp(slot->hash, hash, sizeof slot->hash) == 0;
}

static int64_t put_number(const void *entry)
{
	return ((const struct token_slot *)entry)->put;
}

const struct principal *token_cache_get(struct token_cache *cache, const unsigned char hash[PRINCIPAL_FINGERPRINT],
					int64_t now)
{
	struct ways table;
	const struct token_slot *slot;

	if (!cache)
		return NULL;
	table = table_of(cache);
	slot = ways_find(&table, hash[0], has_hash, hash);
	return slot && now < slot->expires ? &slot->principal : NULL;
}

/* Fills the slot. Returns false, and leaves the slot empty, if memory runs out: the slot's arena then jumps back here. */
static bool token_slot_fill(struct token_slot *slot, const struct principal *principal)
{
	if (setjmp(slot->arena.on_exhausted) != 0)
		return false;
	slot->arena.armed = true;
	principal_copy(&slot->principal, &slot->arena, principal);
	return true;
}

void token_cache_put(struct token_cache *cache, const unsigned char hash[PRINCIPAL_FINGERPRINT],
		     const struct principal *principal, int64_t expires)
{
	struct ways table;
	struct token_slot *slot;

	if (!cache)
		return;
	table = table_of(cache);
	slot = ways_least(&table, hash[0], put_number);
	token_slot_empty(slot);
	if (!token_slot_fill(slot, principal))
		return;
	memcpy(slot->hash, hash, sizeof slot->hash);
	slot->expires = expires;
	slot->put = ++cache->puts;
}
