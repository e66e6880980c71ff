/* SPDX-License-Identifier: MIT */
/*
 * Protected and immutable tags: what a token of GitLab forbids although its actions allow it (`meta` of an access entry).
 *
 * A pattern may match anywhere in the tag (base/pattern.h). A search that cannot be decided counts as a match. A token may
 * have TAG_RULES_MAX patterns of TAG_PATTERN_MAX characters, as in GitLab's registry.
 */
#ifndef BERTH_AUTH_TAG_RULES_H
#define BERTH_AUTH_TAG_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/principal.h"
#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/pattern.h"
#include "berth/base/span.h"

#define TAG_RULES_MAX 5
#define TAG_PATTERN_MAX 100

enum tag_change { TAG_PUSHED, TAG_DELETED };

struct tag_rules {
	struct pattern *denied[TAG_RULES_MAX];
	size_t denied_count;
	struct pattern *immutable[TAG_RULES_MAX];
	size_t immutable_count;
};

/*
 * Collects the rules of all grants about the repository, for one kind of change, in `arena`. Returns false with
 * E_TAG_PATTERN_COUNT_LIMIT_EXCEEDED, E_TAG_PROTECTION_PATTERN_INVALID or E_TAG_IMMUTABILITY_PATTERN_INVALID.
 */
bool tag_rules_of(struct tag_rules *out, struct arena *arena, const struct principal *principal, struct span repository,
		  enum tag_change change, struct error *error);

/* Returns whether the tag is protected: it may be neither made nor changed. */
bool tag_rules_deny(const struct tag_rules *rules, struct span tag);

/* Returns whether the tag is immutable: once it exists, it may not be changed. */
bool tag_rules_freeze(const struct tag_rules *rules, struct span tag);

/* Returns whether there is any rule. If so, no manifest of the repository may be deleted by digest, whatever its tags. */
static inline bool tag_rules_any(const struct tag_rules *rules)
{
	return rules->denied_count + rules->immutable_count > 0;
}

#endif
