/* SPDX-License-Identifier: MIT */
/* A table in shared memory, a few places for each value of a MAC's first byte; the one that would end first is taken. */
#include "berth/auth/password_cache.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <openssl/crypto.h>

#include "berth/base/hash.h"
#include "berth/base/shared.h"

#define SETS 256
#define WAYS 4
#define KEY_BYTES 32

/*
 * Written without a lock: a MAC that is half another's fits nobody, and one that is being written has no time yet.
 */
struct place {
	_Atomic int64_t until; /* by the monotonic clock; 0: empty */
	unsigned char mac[HASH_SHA256_BYTES];
};

struct password_cache {
	unsigned char key[KEY_BYTES];
	struct place places[SETS][WAYS];
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

static int64_t clock_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

/* Nobody outside ever sees one, so that the key may simply stand first. */
void password_cache_mac(const struct password_cache *cache, struct digest *mac, const char *user, struct span hash,
			struct secret password)
{
	const char *secret = secret_reveal(password);
	struct hasher hasher;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, cache->key, sizeof cache->key);
	hasher_update(&hasher, user, strlen(user) + 1); /* NULs part them, which none of them holds */
	hasher_update(&hasher, hash.ptr, hash.len);
	hasher_update(&hasher, "", 1);
	hasher_update(&hasher, secret, strlen(secret));
	hasher_final(&hasher, mac);
	explicit_bzero(&hasher, sizeof hasher);
}

static bool holds(const struct place *place, const struct digest *mac, int64_t now)
{
	return atomic_load(&place->until) > now && CRYPTO_memcmp(place->mac, mac->bytes, sizeof place->mac) == 0;
}

bool password_cache_knows(struct password_cache *cache, const struct digest *mac)
{
	struct place *set = cache->places[mac->bytes[0]];
	int64_t now = clock_s();

	for (size_t i = 0; i < WAYS; i++) {
		if (!holds(&set[i], mac, now))
			continue;
		if (atomic_load(&set[i].until) != now + PASSWORD_CACHE_SECONDS)
			atomic_store(&set[i].until, now + PASSWORD_CACHE_SECONDS);
		return true;
	}
	return false;
}

void password_cache_keep(struct password_cache *cache, const struct digest *mac)
{
	struct place *set = cache->places[mac->bytes[0]], *place = set;

	for (size_t i = 1; i < WAYS; i++)
		if (atomic_load(&set[i].until) < atomic_load(&place->until))
			place = &set[i];
	atomic_store(&place->until, 0);
	memcpy(place->mac, mac->bytes, sizeof place->mac);
	atomic_store(&place->until, clock_s() + PASSWORD_CACHE_SECONDS);
}
