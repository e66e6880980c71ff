/* SPDX-License-Identifier: MIT */
/* Blobs, and their links to repositories: a repository has a blob if and only if it has a link to it. */
#ifndef BERTH_META_BLOB_H
#define BERTH_META_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* Finds a blob that the repository links; *size in bytes, 0 when not *found. */
bool meta_blob_find(const struct meta *meta, struct span path, const struct digest *digest, bool *found, uint64_t *size);

/*
 * Looks for a link to the blob in any of `paths`. The work depends on the number of paths alone, so that its time tells nothing of
 * other repositories. `paths` NULL: in all repositories, for callers who may read them all.
 */
bool meta_blob_mountable(const struct meta *meta, const struct digest *digest, const struct span *paths, size_t count,
			 bool *found);

/* Makes the row of a blob whose bytes are durable. A row that is there already stays. */
bool meta_blob_insert(const struct meta *meta, const struct digest *digest, uint64_t size);

/* Links the blob into the repository. Holds off a removal of the blob's row until the transaction ends. */
bool meta_blob_link(const struct meta *meta, int64_t repository, const struct digest *digest);

/* Removes the link, unless a manifest of the repository needs it. The row of the blob stays. */
bool meta_blob_unlink(const struct meta *meta, struct span path, const struct digest *digest, enum meta_deleted *out);

#endif
