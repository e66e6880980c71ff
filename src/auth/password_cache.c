/* SPDX-License-Identifier: MIT */
/* A table in shared memory. A new pair replaces the pair of its set that ends first. */
#include "berth/auth/password_cache.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/crypto.h>

#include "berth/base/clock.h"
#include "berth/base/hash.h"
#include "berth/base/shared.h"
#include "berth/base/ways.h"

#define SETS 256
#define WAYS 4
#define KEY_BYTES 32

/*
 * Written without a lock. While a process writes `mac`, `until` is 0, so that no other process uses it. If two processes write one
 * place, the mixture of two MACs fits no pair.
 */
struct place {
	_Atomic int64_t until; /* by the monotonic clock; 0: empty */
	unsigned char mac[HASH_SHA256_BYTES];
};

struct password_cache {
	unsigned char key[KEY_BYTES];
	struct place places[SETS * WAYS];
};

struct password_cache *password_cache_new(void)
{
	struct password_cache *cache = shared_new(sizeof *cache);

	if (!cache)
		return NULL;
	if (getrandom(cache->key, KEY_BYTES, 0) == KEY_BYTES)
		return cache;
	password_cache_free(cache);
	return NULL;
}

/* Other processes may still use the memory: nothing is wiped. */
void password_cache_free(struct password_cache *cache)
{
	shared_free(cache, sizeof *cache);
}

/* A plain hash with the key in front serves as the MAC, because no client ever sees it. */
void password_cache_mac(const struct password_cache *cache, struct digest *mac, const char *user, struct span hash,
			struct secret password)
{
	const char *secret = secret_reveal(password);
	struct hasher hasher;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, cache->key, sizeof cache->key);
	hasher_update(&hasher, user, strlen(user) + 1); /* NUL separates the parts; no part holds one */
	hasher_update(&hasher, hash.ptr, hash.len);
	hasher_update(&hasher, "", 1);
	hasher_update(&hasher, secret, strlen(secret));
	hasher_final(&hasher, mac);
	explicit_bzero(&hasher, sizeof hasher);
}

static struct ways table_of(struct password_cache *cache)
{
	return (struct ways){cache->places, sizeof *cache->places, SETS, WAYS};
}

struct shown {
	const struct digest *mac;
	int64_t now;
};

static bool is_good(const void *entry, const void *key)
{
	const struct place *place = entry;
	const struct shown *shown = key;

	return atomic_load(&place->until) > shown->now &&
	       CRYPTO_memcmp(place->mac, shown->mac->bytes, sizeof place->mac) == 0;
}

static int64_t end(const void *entry)
{
	return atomic_load(&((const struct place *)entry)->until);
}

bool password_cache_knows(struct password_cache *cache, const struct digest *mac)
{
	struct shown shown = {mac, clock_coarse_s()};
	struct ways table = table_of(cache);
	struct place *place = ways_find(&table, mac->bytes[0], is_good, &shown);

	if (place && atomic_load(&place->until) != shown.now + PASSWORD_CACHE_SECONDS)
		atomic_store(&place->until, shown.now + PASSWORD_CACHE_SECONDS);
	return place != NULL;
}

void password_cache_keep(struct password_cache *cache, const struct digest *mac)
{
	struct ways table = table_of(cache);
	struct place *place = ways_least(&table, mac->bytes[0], end);

	atomic_store(&place->until, 0);
	memcpy(place->mac, mac->bytes, sizeof place->mac);
	atomic_store(&place->until, clock_coarse_s() + PASSWORD_CACHE_SECONDS);
}
