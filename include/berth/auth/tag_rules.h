/* SPDX-License-Identifier: MIT */
/*
 * What GitLab's tokens forbid beside their actions: protected tags and immutable ones (`meta` of an access entry).
 *
 * Patterns are Go's regular expressions, searched for anywhere in a tag; PCRE2 reads them, with `$` as the end only and
 * a bound on the work of a match. What cannot be decided within the bound is forbidden. At most TAG_RULES_MAX patterns
 * of TAG_PATTERN_MAX characters, as in GitLab's registry.
 */
#ifndef BERTH_AUTH_TAG_RULES_H
#define BERTH_AUTH_TAG_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/identity.h"
#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"

#define TAG_RULES_MAX 5
#define TAG_PATTERN_MAX 100

enum tag_change { TAG_PUSHED, TAG_DELETED };

struct tag_rules {
	void *denied[TAG_RULES_MAX]; /* compiled */
	size_t denied_count;
	void *immutable[TAG_RULES_MAX];
	size_t immutable_count;
};

/*
 * The rules of all grants that are about the repository, for one kind of change; they live in `arena`. False with
 * E_TAG_PATTERN_COUNT_LIMIT_EXCEEDED, E_TAG_PROTECTION_PATTERN_INVALID or E_TAG_IMMUTABILITY_PATTERN_INVALID.
 */
bool tag_rules_of(struct tag_rules *out, struct arena *arena, const struct identity *identity, struct span repository,
		  enum tag_change change, struct error *error);

/* May this tag not be changed at all? */
bool tag_rules_deny(const struct tag_rules *rules, struct span tag);

/* May this tag, once it is there, not be changed? */
bool tag_rules_freeze(const struct tag_rules *rules, struct span tag);

/* Is there any rule? Then no manifest may be deleted by digest, whatever its tags. */
static inline bool tag_rules_any(const struct tag_rules *rules)
{
	return rules->denied_count + rules->immutable_count > 0;
}

#endif
