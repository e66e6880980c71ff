/* SPDX-License-Identifier: MIT */
/* Blobs and their links to repositories. */
#ifndef BERTH_META_BLOB_H
#define BERTH_META_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* Is the blob linked in the repository, and how large is it? One statement. */
bool meta_blob_find(const struct meta *meta, struct span path, const struct digest *digest, bool *found, uint64_t *size);

/*
 * Is the blob linked in any of `paths`? The work depends on the number of paths alone, not on what other repositories hold.
 * paths NULL means in any repository: for callers who may read them all.
 */
bool meta_blob_mountable(const struct meta *meta, const struct digest *digest, const struct span *paths, size_t count,
			 bool *found);

/* Notes durable bytes. A row that is there already stays. */
bool meta_blob_insert(const struct meta *meta, const struct digest *digest, uint64_t size);

/* Links the blob into the repository; taking the lock that a removal of the blob takes, too. */
bool meta_blob_link(const struct meta *meta, int64_t repository, const struct digest *digest);

/* Removes the link, unless a manifest of the repository needs it. */
bool meta_blob_unlink(const struct meta *meta, struct span path, const struct digest *digest, enum meta_deleted *out);

#endif
