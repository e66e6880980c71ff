/* SPDX-License-Identifier: MIT */
/* Manifests by digest: a fixed table of slots, each set of neighbours replaced in turn. */
#include "berth/core/manifest_cache.h"

#include <stdlib.h>
#include <string.h>

#define SETS 128
#define WAYS 4

struct slot {
	unsigned char *bytes; /* path, media type, payload; NULL: empty */
	size_t path_len;
	size_t type_len;
	size_t payload_len;
	struct digest digest;
};

struct manifest_cache {
	size_t ceiling; /* of one slot: the whole divided by the slots */
	uint64_t stamp;
	struct slot slots[SETS][WAYS];
	unsigned char next[SETS]; /* the way to replace */
};

struct manifest_cache *manifest_cache_new(size_t bytes)
{
	struct manifest_cache *cache = calloc(1, sizeof *cache);

	if (cache)
		cache->ceiling = bytes / (SETS * WAYS);
	return cache;
}

static void empty(struct manifest_cache *cache)
{
	for (size_t i = 0; i < SETS; i++) {
		for (size_t k = 0; k < WAYS; k++) {
			free(cache->slots[i][k].bytes);
			cache->slots[i][k].bytes = NULL;
		}
	}
}

void manifest_cache_free(struct manifest_cache *cache)
{
	if (!cache)
		return;
	empty(cache);
	free(cache);
}

static void follow(struct manifest_cache *cache, uint64_t stamp)
{
	if (cache->stamp != stamp)
		empty(cache);
	cache->stamp = stamp;
}

/* A digest is as good as a random number. */
static size_t set_of(const struct digest *digest)
{
	return digest->bytes[0] % SETS;
}

static bool is(const struct slot *slot, struct span path, const struct digest *digest)
{
	return slot->bytes && slot->path_len == path.len && digest_equal(&slot->digest, digest) &&
	       memcmp(slot->bytes, path.ptr, path.len) == 0;
}

bool manifest_cache_get(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			struct cached_manifest *out)
{
	const struct slot *set = cache->slots[set_of(digest)];

	follow(cache, stamp);
	for (size_t i = 0; i < WAYS; i++) {
		if (!is(&set[i], path, digest))
			continue;
		out->media_type = (struct span){(const char *)set[i].bytes + set[i].path_len, set[i].type_len};
		out->payload = (struct span){out->media_type.ptr + set[i].type_len, set[i].payload_len};
		return true;
	}
	return false;
}

void manifest_cache_put(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			const struct cached_manifest *manifest)
{
	size_t set = set_of(digest), total = path.len + manifest->media_type.len + manifest->payload.len;
	struct slot *slot = &cache->slots[set][cache->next[set]];
	unsigned char *bytes;

	if (stamp != cache->stamp || total > cache->ceiling || !(bytes = malloc(total)))
		return;
	cache->next[set] = (unsigned char)((cache->next[set] + 1) % WAYS);
	free(slot->bytes);
	*slot = (struct slot){bytes, path.len, manifest->media_type.len, manifest->payload.len, *digest};
	memcpy(bytes, path.ptr, path.len);
	memcpy(bytes + path.len, manifest->media_type.ptr, manifest->media_type.len);
	memcpy(bytes + path.len + manifest->media_type.len, manifest->payload.ptr, manifest->payload.len);
}
