/* SPDX-License-Identifier: MIT */
/* Protected and immutable tags. */
#include "berth/auth/tag_rules.h"

#include <string.h>

static void free_pattern(void *pattern)
{
	pattern_free(pattern);
}

static bool compile(struct pattern **out, struct arena *arena, const char *text)
{
	char reason[200];

	*out = strlen(text) > TAG_PATTERN_MAX ? NULL : pattern_new(text, reason, sizeof reason);
	if (*out)
		arena_defer(arena, free_pattern, *out);
	return *out != NULL;
}

static bool tag_rules_add(struct pattern *list[], size_t *count, struct arena *arena, const struct texts *patterns,
			  enum error_code code, struct error *error)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (!compile(&list[(*count)++], arena, patterns->items[i]))
			return error_setf(error, code, "not a regular expression of at most %d characters: %s",
					  TAG_PATTERN_MAX, patterns->items[i]);
	return true;
}

static bool add_grant(struct tag_rules *out, struct arena *arena, const struct grant *grant, enum tag_change change,
		      struct error *error)
{
	const struct texts *deny = change == TAG_PUSHED ? &grant->meta.deny_push : &grant->meta.deny_delete;
	const struct texts *immutable = &grant->meta.immutable;

	if (out->denied_count + out->immutable_count + deny->count + immutable->count > TAG_RULES_MAX)
		return error_setf(error, E_TAG_PATTERN_COUNT_LIMIT_EXCEEDED, "at most %d patterns", TAG_RULES_MAX);
	return tag_rules_add(out->denied, &out->denied_count, arena, deny, E_TAG_PROTECTION_PATTERN_INVALID, error) &&
	       tag_rules_add(out->immutable, &out->immutable_count, arena, immutable, E_TAG_IMMUTABILITY_PATTERN_INVALID,
			     error);
}

bool tag_rules_of(struct tag_rules *out, struct arena *arena, const struct principal *principal, struct span repository,
		  enum tag_change change, struct error *error)
{
	*out = (struct tag_rules){.denied_count = 0};
	for (size_t i = 0; i < principal->grant_count; i++)
		if (strcmp(principal->grants[i].type, "repository") == 0 &&
		    span_is(repository, principal->grants[i].name) &&
		    !add_grant(out, arena, &principal->grants[i], change, error))
			return false;
	return true;
}

/* A search that cannot be decided counts as a match, because these rules only forbid. */
bool tag_rules_deny(const struct tag_rules *rules, struct span tag)
{
	return pattern_any(rules->denied, rules->denied_count, tag, true);
}

bool tag_rules_freeze(const struct tag_rules *rules, struct span tag)
{
	return pattern_any(rules->immutable, rules->immutable_count, tag, true);
}
