/* SPDX-License-Identifier: MIT */
/* Tokens that have been judged good, by their SHA-256: a fixed table of slots, each set of neighbours in turn. */
#ifndef BERTH_AUTH_TOKEN_CACHE_H
#define BERTH_AUTH_TOKEN_CACHE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/auth/identity.h"

struct token_cache;

/* NULL when memory is out, which every function takes for an empty cache that keeps nothing. */
struct token_cache *token_cache_new(void);
void token_cache_free(struct token_cache *cache);
void token_cache_clear(struct token_cache *cache);

/* Whose it is, until the next put or clear; NULL when it is not here or has expired at `now`. */
const struct identity *token_cache_get(struct token_cache *cache, const unsigned char hash[IDENTITY_FINGERPRINT],
				       int64_t now);

/* Keeps a copy until `expires`. */
void token_cache_put(struct token_cache *cache, const unsigned char hash[IDENTITY_FINGERPRINT],
		     const struct identity *identity, int64_t expires);

#endif
