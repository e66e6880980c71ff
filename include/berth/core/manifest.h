/* SPDX-License-Identifier: MIT */
/* Manifests: pull, push, delete. */
#ifndef BERTH_CORE_MANIFEST_H
#define BERTH_CORE_MANIFEST_H

#include <stdbool.h>

#include "berth/base/span.h"
#include "berth/core/core.h"
#include "berth/meta/manifest.h"

/*
 * Finds the manifest that a reference names, with its payload unless head_only; E_MANIFEST_UNKNOWN. One statement; none for a digest
 * in the worker's cache, which is empty once a manifest was deleted anywhere. The spans of `out` live until the next pull.
 */
bool manifest_pull(const struct work *work, struct span path, const struct meta_reference *reference, bool head_only,
		   struct meta_manifest *out);

/* Finds the linux/amd64 image of a Docker manifest list, for a client that takes no lists; E_MANIFEST_UNKNOWN. */
bool manifest_pull_default_image(const struct work *work, struct span path, const struct meta_manifest *list,
				 struct meta_manifest *out);

struct manifest_push {
	struct span path;
	struct span payload;
	struct span content_type;
	bool by_digest; /* the client says that it is `digest` */
	struct digest digest;
	const struct span *tags; /* valid ones */
	size_t tag_count;
	const struct span *new_tags; /* valid ones that must not be there yet: E_IMMUTABLE_TAG */
	size_t new_tag_count;
};

struct manifest_pushed {
	struct digest digest;
	bool has_subject;
	struct digest subject;
};

/*
 * Stores the manifest, byte for byte, and points the tags at it: all or nothing. E_DIGEST_INVALID; E_MANIFEST_BLOB_UNKNOWN for each
 * blob or manifest that the repository lacks; E_MANIFEST_INVALID, E_IMMUTABLE_TAG, and what manifest_policy_check refuses.
 */
bool manifest_push(const struct work *work, const struct manifest_push *push, struct manifest_pushed *out);

/*
 * Removes the manifest and each tag that points at it: E_MANIFEST_UNKNOWN, or E_MANIFEST_REFERENCED while an index needs it. Once
 * this returns, no worker of the node serves it.
 */
bool manifest_delete(const struct work *work, struct span path, const struct digest *digest);

/* Removes the tag; its manifest stays. E_MANIFEST_UNKNOWN. */
bool tag_delete(const struct work *work, struct span path, struct span tag);

#endif
