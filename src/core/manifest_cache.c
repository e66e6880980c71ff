/* SPDX-License-Identifier: MIT */
/* Two tables: from path to repository, from repository and digest to manifest. The oldest entry of a set is replaced. */
#include "berth/core/manifest_cache.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/ways.h"

#define SETS 128
#define WAYS 4

struct named {
	int64_t repository; /* 0: empty */
	int64_t put;        /* the number of its put */
	size_t len;
	char path[LIMIT_NAME];
};

struct kept {
	unsigned char *bytes; /* media type, payload; NULL: empty */
	int64_t put;
	int64_t repository;
	size_t type_len;
	size_t payload_len;
	struct digest digest;
};

struct manifest_cache {
	size_t ceiling; /* of one entry: the whole divided by the entries */
	uint64_t stamp;
	int64_t puts;
	struct named named[SETS * WAYS];
	struct kept kept[SETS * WAYS];
};

static struct ways names_of(struct manifest_cache *cache)
{
	return (struct ways){cache->named, sizeof *cache->named, SETS, WAYS};
}

static struct ways manifests_of(struct manifest_cache *cache)
{
	return (struct ways){cache->kept, sizeof *cache->kept, SETS, WAYS};
}

struct manifest_cache *manifest_cache_new(size_t bytes)
{
	struct manifest_cache *cache = calloc(1, sizeof *cache);

	if (cache)
		cache->ceiling = bytes / (SETS * WAYS);
	return cache;
}

static void manifest_cache_empty(struct manifest_cache *cache)
{
	for (size_t i = 0; i < SETS * WAYS; i++) {
		free(cache->kept[i].bytes);
		cache->kept[i] = (struct kept){.bytes = NULL};
		cache->named[i].repository = cache->named[i].put = 0;
	}
}

void manifest_cache_free(struct manifest_cache *cache)
{
	if (!cache)
		return;
	manifest_cache_empty(cache);
	free(cache);
}

static bool has_path(const void *entry, const void *path)
{
	const struct named *named = entry;

	return named->repository && span_equal((struct span){named->path, named->len}, *(const struct span *)path);
}

static int64_t named_put(const void *entry)
{
	return ((const struct named *)entry)->put;
}

/* The key of a manifest. */
struct wanted {
	int64_t repository;
	const struct digest *digest;
};

static bool has_digest(const void *entry, const void *key)
{
	const struct kept *kept = entry;
	const struct wanted *wanted = key;

	return kept->bytes && kept->repository == wanted->repository && digest_equal(&kept->digest, wanted->digest);
}

static int64_t kept_put(const void *entry)
{
	return ((const struct kept *)entry)->put;
}

bool manifest_cache_get(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			struct cached_manifest *out)
{
	struct ways names = names_of(cache), manifests = manifests_of(cache);
	const struct named *named;
	const struct kept *kept;

	if (cache->stamp != stamp)
		manifest_cache_empty(cache);
	cache->stamp = stamp;
	named = ways_find(&names, ways_number(path), has_path, &path);
	if (!named)
		return false;
	/* a digest is as good as a random number */
	kept = ways_find(&manifests, digest->bytes[0], has_digest, &(struct wanted){named->repository, digest});
	if (!kept)
		return false;
	out->repository = named->repository;
	out->media_type = (struct span){(const char *)kept->bytes, kept->type_len};
	out->payload = (struct span){out->media_type.ptr + kept->type_len, kept->payload_len};
	return true;
}

static void keep_name(struct manifest_cache *cache, struct span path, int64_t repository)
{
	struct ways names = names_of(cache);
	struct named *named = ways_find(&names, ways_number(path), has_path, &path);

	if (!named)
		named = ways_least(&names, ways_number(path), named_put);
	named->repository = repository;
	named->put = cache->puts;
	named->len = path.len;
	memcpy(named->path, path.ptr, path.len);
}

void manifest_cache_put(struct manifest_cache *cache, uint64_t stamp, struct span path, const struct digest *digest,
			const struct cached_manifest *manifest)
{
	size_t total = manifest->media_type.len + manifest->payload.len;
	struct ways manifests = manifests_of(cache);
	struct kept *kept;
	unsigned char *bytes;

	if (stamp != cache->stamp || path.len > LIMIT_NAME || total > cache->ceiling || !(bytes = malloc(total)))
		return;
	cache->puts++;
	keep_name(cache, path, manifest->repository);
	kept = ways_find(&manifests, digest->bytes[0], has_digest, &(struct wanted){manifest->repository, digest});
	if (!kept)
		kept = ways_least(&manifests, digest->bytes[0], kept_put);
	free(kept->bytes);
	*kept = (struct kept){bytes,  cache->puts, manifest->repository, manifest->media_type.len, manifest->payload.len,
			      *digest};
	memcpy(bytes, manifest->media_type.ptr, manifest->media_type.len);
	memcpy(bytes + manifest->media_type.len, manifest->payload.ptr, manifest->payload.len);
}
