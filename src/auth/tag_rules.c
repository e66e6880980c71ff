/* SPDX-License-Identifier: MIT */
/* Protected and immutable tags. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "berth/auth/tag_rules.h"

#include <pcre2.h>
#include <string.h>

#define MATCH_STEPS 100000 /* a tag has at most 128 characters, for which a plain pattern needs some hundred steps */

static void free_code(void *code)
{
	pcre2_code_free(code);
}

static bool compile(void **out, struct arena *arena, const char *pattern)
{
	PCRE2_SIZE at;
	int why;

	if (strlen(pattern) > TAG_PATTERN_MAX)
		return false;
	*out = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_DOLLAR_ENDONLY, &why, &at, NULL);
	if (*out)
		arena_defer(arena, free_code, *out);
	return *out != NULL;
}

static bool tag_rules_add(void *list[], size_t *count, struct arena *arena, const struct texts *patterns,
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

bool tag_rules_of(struct tag_rules *out, struct arena *arena, const struct identity *identity, struct span repository,
		  enum tag_change change, struct error *error)
{
	*out = (struct tag_rules){.denied_count = 0};
	for (size_t i = 0; i < identity->grant_count; i++)
		if (strcmp(identity->grants[i].type, "repository") == 0 && span_is(repository, identity->grants[i].name) &&
		    !add_grant(out, arena, &identity->grants[i], change, error))
			return false;
	return true;
}

/* A match that cannot be decided counts as a match, because these rules only forbid. */
static bool any_matches(void *const list[], size_t count, struct span tag)
{
	pcre2_match_context *limits = count ? pcre2_match_context_create(NULL) : NULL;
	pcre2_match_data *match = count ? pcre2_match_data_create(1, NULL) : NULL;
	bool found = count && (!limits || !match);

	if (limits)
		(void)pcre2_set_match_limit(limits, MATCH_STEPS);
	for (size_t i = 0; i < count && !found; i++)
		found = pcre2_match(list[i], (PCRE2_SPTR)tag.ptr, tag.len, 0, 0, match, limits) != PCRE2_ERROR_NOMATCH;
	pcre2_match_data_free(match);
	pcre2_match_context_free(limits);
	return found;
}

bool tag_rules_deny(const struct tag_rules *rules, struct span tag)
{
	return any_matches(rules->denied, rules->denied_count, tag);
}

bool tag_rules_freeze(const struct tag_rules *rules, struct span tag)
{
	return any_matches(rules->immutable, rules->immutable_count, tag);
}
