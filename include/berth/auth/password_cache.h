/* SPDX-License-Identifier: MIT */
/*
 * Pairs of user and password that were right a moment ago, shared by all processes that are forked after it was made. A
 * pair is kept as a MAC under a random key, with the hash that it fitted in it: under another hash it is another pair.
 */
#ifndef BERTH_AUTH_PASSWORD_CACHE_H
#define BERTH_AUTH_PASSWORD_CACHE_H

#include <stdbool.h>

#include "berth/base/digest.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

#define PASSWORD_CACHE_SECONDS 60 /* since a pair was last shown */

struct password_cache;

/* NULL when memory is out. */
struct password_cache *password_cache_new(void);
void password_cache_free(struct password_cache *cache); /* takes NULL */

/* What stands for the pair. Takes no memory. */
void password_cache_mac(const struct password_cache *cache, struct digest *mac, const char *user, struct span hash,
			struct secret password);

/* Was it right lately? Then it is for some time more. */
bool password_cache_knows(struct password_cache *cache, const struct digest *mac);
void password_cache_keep(struct password_cache *cache, const struct digest *mac);

#endif
