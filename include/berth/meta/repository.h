/* SPDX-License-Identifier: MIT */
/* Repositories: nodes of the tree of paths. */
#ifndef BERTH_META_REPOSITORY_H
#define BERTH_META_REPOSITORY_H

#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* Finds the id of a repository. One that is missing is made with its ancestors, in two more statements. */
bool meta_repository_make(const struct meta *meta, struct span path, int64_t *id);

/* Remembers that the repository has had a manifest: from now on its tags can be listed. */
bool meta_repository_pushed(const struct meta *meta, int64_t id);

/* Lists paths of repositories that have manifests, behind `after` in byte order, at most `limit`. */
bool meta_repository_list(const struct meta *meta, struct span after, int64_t limit, struct meta_names *out);

#endif
