/* SPDX-License-Identifier: MIT */
/* Tags: names for manifests of one repository. */
#ifndef BERTH_META_TAG_H
#define BERTH_META_TAG_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* Points the tags at the manifest, be they new or not: the last writer wins. */
bool meta_tag_set(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count);

/* Makes tags that must be new. *taken is the first of them that is there already, or empty when all were made. */
bool meta_tag_create(const struct meta *meta, int64_t repository, int64_t manifest, const struct span *names, size_t count,
		     struct span *taken);

/* Deletes a tag; its manifest stays. *found false: there is no such tag. */
bool meta_tag_delete(const struct meta *meta, struct span path, struct span name, bool *found);

/* Lists names behind `after`, at most `limit`, in one statement. *known false: the repository never held a manifest. */
bool meta_tag_list(const struct meta *meta, struct span path, struct span after, int64_t limit, bool *known,
		   struct meta_names *out);

#endif
