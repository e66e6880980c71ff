/* SPDX-License-Identifier: MIT */
/*
 * Manifests by digest, in one worker's memory. What a digest names cannot change; that a repository holds it can. So
 * every entry was put in under a stamp, and a stamp other than the cache's own empties it: a deletion anywhere (the
 * node's shared generation, other nodes' notifications) or a lost database connection changes the stamp.
 */
#ifndef BERTH_CORE_MANIFEST_CACHE_H
#define BERTH_CORE_MANIFEST_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"

struct manifest_cache;

/* Holds at most `bytes` of payload. NULL when memory is out. free takes NULL. */
struct manifest_cache *manifest_cache_new(size_t bytes);
void manifest_cache_free(struct manifest_cache *cache);

/* The spans are borrowed until the next put. */
struct cached_manifest {
	struct span media_type;
	struct span payload;
};

bool manifest_cache_get(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			struct cached_manifest *out);

/* `stamp` is the one read before the database was asked. */
void manifest_cache_put(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			const struct cached_manifest *manifest);

#endif
