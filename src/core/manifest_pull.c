/* SPDX-License-Identifier: MIT */
/* Pulling manifests. */
#include "berth/core/manifest.h"

#include <string.h>

#include "berth/core/manifest_cache.h"
#include "berth/oci/manifest.h"

static bool manifest_unknown(const struct work *work, const struct meta_reference *reference)
{
	char text[DIGEST_TEXT_MAX];

	if (reference->tag)
		return error_setf(work->error, E_MANIFEST_UNKNOWN, "unknown tag=%s", reference->tag);
	return error_setf(work->error, E_MANIFEST_UNKNOWN, "unknown digest=%s", digest_text(&reference->digest, text));
}

/* Both counters only grow: if the sum is the same, both are. */
static uint64_t stamp_now(const struct core *core)
{
	return db_epoch(core->db) + atomic_load_explicit(core->generation, memory_order_acquire);
}

static bool from_cache(const struct work *work, uint64_t stamp, struct span path, const struct digest *digest,
		       struct meta_manifest *out)
{
	struct cached_manifest cached;

	if (!manifest_cache_get(work->core->cache, stamp, path, digest, &cached))
		return false;
	*out = (struct meta_manifest){*digest, cached.media_type, cached.payload.len, cached.payload, cached.repository};
	return true;
}

static bool find_manifest(const struct work *work, struct span path, const struct meta_reference *reference, bool head_only,
			  struct meta_manifest *out)
{
	bool found;

	if (!meta_manifest_find(&work->meta, path, reference, head_only, &found, out))
		return false;
	return found || manifest_unknown(work, reference);
}

bool manifest_pull(const struct work *work, struct span path, const struct meta_reference *reference, bool head_only,
		   struct meta_manifest *out)
{
	struct cached_manifest entry;
	uint64_t stamp;

	if (reference->tag || !work->core->cache)
		return find_manifest(work, path, reference, head_only, out);
	stamp = stamp_now(work->core);
	if (from_cache(work, stamp, path, &reference->digest, out))
		return true;
	if (!find_manifest(work, path, reference, head_only, out))
		return false;
	if (!head_only) {
		entry = (struct cached_manifest){out->repository, out->media_type, out->payload};
		manifest_cache_put(work->core->cache, stamp, path, &out->digest, &entry);
	}
	return true;
}

bool manifest_pull_default_image(const struct work *work, struct span path, const struct meta_manifest *list,
				 struct meta_manifest *out)
{
	struct meta_reference child = {.tag = NULL};
	struct manifest parsed;

	if (!manifest_parse(&parsed, work->arena, list->payload, list->media_type, work->error))
		return false;
	for (size_t i = 0; i < parsed.manifest_count; i++) {
		const struct descriptor *entry = &parsed.manifests[i];

		if (entry->os && entry->architecture && strcmp(entry->os, "linux") == 0 &&
		    strcmp(entry->architecture, "amd64") == 0) {
			child.digest = entry->digest;
			return find_manifest(work, path, &child, false, out);
		}
	}
	return error_explainf(work->error, E_MANIFEST_UNKNOWN,
			      "the list has no linux/amd64 image, and the request accepts no list");
}
