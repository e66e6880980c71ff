/* SPDX-License-Identifier: MIT */
/* Manifests: pull, push, delete. */
#ifndef BERTH_CORE_MANIFEST_H
#define BERTH_CORE_MANIFEST_H

#include <stdbool.h>

#include "berth/base/span.h"
#include "berth/core/core.h"
#include "berth/meta/manifest.h"

/*
 * The manifest that the reference names, with its payload unless head_only; E_MANIFEST_UNKNOWN. One statement, none
 * for a digest that this worker has seen and nobody has deleted since.
 */
bool manifest_pull(const struct work *work, struct span path, const struct meta_reference *reference, bool head_only,
		   struct meta_manifest *out);

/* For a client that takes no lists: the linux/amd64 image of a Docker manifest list; E_MANIFEST_UNKNOWN if none. */
bool manifest_pull_default_image(const struct work *work, struct span path, const struct meta_manifest *list,
				 struct meta_manifest *out);

struct manifest_push {
	struct span path;
	struct span payload;
	struct span content_type;
	bool by_digest; /* `digest` is what the client says it is */
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

/* Stores the manifest, byte for byte, and points the tags at it: all or nothing. */
bool manifest_push(const struct work *work, const struct manifest_push *push, struct manifest_pushed *out);

/* Removes the manifest and every tag that points at it: E_MANIFEST_UNKNOWN, E_MANIFEST_REFERENCED (by an index). */
bool manifest_delete(const struct work *work, struct span path, const struct digest *digest);

/* Removes the tag only; E_MANIFEST_UNKNOWN. */
bool tag_delete(const struct work *work, struct span path, struct span tag);

#endif
