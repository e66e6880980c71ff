/* SPDX-License-Identifier: MIT */
/*
 * Manifests by repository and digest, and repositories by path, in one worker's memory.
 *
 * The content of a digest never changes, and the id of a repository is never given out again. Two things change: which
 * manifests a repository holds, and which repository a path names. So each entry belongs to a stamp, and the cache forgets
 * everything when it is called with another stamp. The stamp changes when a manifest is deleted or a repository is renamed or
 * deleted (the node's shared generation; a notification of the database for the other nodes), and when the connection to the
 * database is lost.
 */
#ifndef BERTH_CORE_MANIFEST_CACHE_H
#define BERTH_CORE_MANIFEST_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"

struct manifest_cache;

/* Makes a cache for at most `bytes` of media types and payloads. Returns NULL when memory is out. free takes NULL. */
struct manifest_cache *manifest_cache_new(size_t bytes);
void manifest_cache_free(struct manifest_cache *cache);

/* The spans that manifest_cache_get fills in are borrowed until the next call. */
struct cached_manifest {
	int64_t repository; /* its id */
	struct span media_type;
	struct span payload;
};

/* Finds the manifest of the repository that `path` names. Returns false when repository or manifest is not kept. */
bool manifest_cache_get(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			struct cached_manifest *out);

/*
 * Keeps a copy of the manifest, and that `path` names its repository. `stamp` is the one that was read before the database
 * was asked: under another stamp nothing is kept. Nor is a manifest that is larger than the share of one entry.
 */
void manifest_cache_put(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			const struct cached_manifest *manifest);

#endif
