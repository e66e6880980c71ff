/* SPDX-License-Identifier: MIT */
/*
 * Pairs of user and password that were right a moment ago. The cache is in shared memory: all processes that are forked after
 * password_cache_new use the same one. It keeps a MAC of the pair and of the user's hash, under a random key. When the user's
 * hash changes, the MAC is another one, so an old password counts no more.
 */
#ifndef BERTH_AUTH_PASSWORD_CACHE_H
#define BERTH_AUTH_PASSWORD_CACHE_H

#include <stdbool.h>

#include "berth/base/digest.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

#define PASSWORD_CACHE_SECONDS 60 /* since a pair was last shown */

struct password_cache;

/* Makes an empty cache. Returns NULL when memory is out. */
struct password_cache *password_cache_new(void);

/* Takes the cache from this process; others keep it. Takes NULL. */
void password_cache_free(struct password_cache *cache);

/* Computes the MAC of a pair. `hash`: the user's. Takes no memory. */
void password_cache_mac(const struct password_cache *cache, struct digest *mac, const char *user, struct span hash,
			struct secret password);

/* Returns whether the pair is kept. If so, keeps it for another PASSWORD_CACHE_SECONDS. */
bool password_cache_knows(struct password_cache *cache, const struct digest *mac);

/* Keeps a pair that was right, for PASSWORD_CACHE_SECONDS. */
void password_cache_keep(struct password_cache *cache, const struct digest *mac);

#endif
