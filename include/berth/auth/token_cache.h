/* SPDX-License-Identifier: MIT */
/* Tokens that were found good, by their SHA-256, in one worker's memory. A new token replaces the oldest one of its set. */
#ifndef BERTH_AUTH_TOKEN_CACHE_H
#define BERTH_AUTH_TOKEN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/auth/principal.h"

struct token_cache;

/* Makes an empty cache. Returns NULL when memory is out; the other functions take NULL for a cache that keeps nothing. */
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache);

/* Forgets all tokens. */
void token_cache_clear(struct token_cache *cache);

/* Returns the principal of a token, borrowed until the next put or clear; NULL when it is not kept or has expired at `now`. */
const struct principal *token_cache_get(struct token_cache *cache, const unsigned char hash[PRINCIPAL_FINGERPRINT],
					int64_t now);

/* Keeps a copy of the principal until `expires` (seconds since 1970). */
void token_cache_put(struct token_cache *cache, const unsigned char hash[PRINCIPAL_FINGERPRINT],
		     const struct principal *principal, int64_t expires);

#endif
