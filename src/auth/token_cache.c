/* SPDX-License-Identifier: MIT */
/* Good tokens, remembered. */
#include "berth/auth/token_cache.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/limits.h"

#define SETS 32
#define WAYS 4
#define SLOT_MEMORY (16 * LIMIT_TOKEN) /* a token's texts and the pointers to them */

struct slot {
	struct arena arena;
	struct identity identity;
	unsigned char hash[IDENTITY_FINGERPRINT];
	int64_t expires; /* 0: empty */
};

struct token_cache {
	struct slot slots[SETS][WAYS];
	unsigned char next[SETS]; /* the way to replace */
};

static void empty(struct slot *slot)
{
	arena_release(&slot->arena);
	slot->expires = 0;
}

struct token_cache *token_cache_new(void)
{
	struct token_cache *cache = calloc(1, sizeof *cache);

	for (size_t i = 0; cache && i < SETS * WAYS; i++)
		arena_init(&cache->slots[i / WAYS][i % WAYS].arena, SLOT_MEMORY);
	return cache;
}

void token_cache_clear(struct token_cache *cache)
{
	for (size_t i = 0; cache && i < SETS * WAYS; i++)
		empty(&cache->slots[i / WAYS][i % WAYS]);
}

void token_cache_free(struct token_cache *cache)
{
	token_cache_clear(cache);
	free(cache);
}

const struct identity *token_cache_get(struct token_cache *cache, const unsigned char hash[IDENTITY_FINGERPRINT],
				       int64_t now)
{
	for (size_t i = 0; cache && i < WAYS; i++) {
		struct slot *slot = &cache->slots[hash[0] % SETS][i];

		if (slot->expires && memcmp(slot->hash, hash, sizeof slot->hash) == 0)
			return now < slot->expires ? &slot->identity : NULL;
	}
	return NULL;
}

/* Out of memory: the slot stays empty. A jump, as an arena knows no other way to say so. */
static bool fill(struct slot *slot, const struct identity *identity)
{
	if (setjmp(slot->arena.on_exhausted) != 0)
		return false;
	slot->arena.armed = true;
	identity_copy(&slot->identity, &slot->arena, identity);
	return true;
}

void token_cache_put(struct token_cache *cache, const unsigned char hash[IDENTITY_FINGERPRINT],
		     const struct identity *identity, int64_t expires)
{
	unsigned char set = hash[0] % SETS;
	struct slot *slot;

	if (!cache)
		return;
	slot = &cache->slots[set][cache->next[set]];
	cache->next[set] = (unsigned char)((cache->next[set] + 1) % WAYS);
	empty(slot);
	if (!fill(slot, identity))
		return;
	memcpy(slot->hash, hash, sizeof slot->hash);
	slot->expires = expires;
}
