/* SPDX-License-Identifier: MIT */
/* Repositories: nodes of the path tree. */
#ifndef BERTH_META_REPOSITORY_H
#define BERTH_META_REPOSITORY_H

#include "berth/base/span.h"
#include "berth/meta/meta.h"

/* The repository's id, made with its ancestors where missing. */
bool meta_repository_make(const struct meta *meta, struct span path, int64_t *id);

/* Notes the first manifest: from now on the repository is listed and its tags can be asked for. */
bool meta_repository_pushed(const struct meta *meta, int64_t id);

/* Paths after `after` in byte order that hold manifests, at most `limit`. */
bool meta_repository_list(const struct meta *meta, struct span after, int64_t limit, struct meta_names *out);

#endif
