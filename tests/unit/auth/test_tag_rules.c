/* SPDX-License-Identifier: MIT */
#include "berth/auth/tag_rules.h"

#include <string.h>

#include "../../lib/test.h"

static struct arena arena;
static struct error error;
static struct tag_rules rules;

static const char *const versions[] = {"^v[0-9]+"};
static const char *const two[] = {"latest", "-rc$"};
static const char *const six[] = {"a", "b", "c", "d", "e", "f"};
static const char *const broken[] = {"("};
static const char *const hungry[] = {"^(a+)+$"};

static bool rules_for(struct grant_meta meta, enum tag_change change)
{
	struct grant grants[] = {{"repository", "a/b", {NULL, 0}, meta},
				 {"repository", "other", {NULL, 0}, {.deny_push = {six, 6}}}};
	struct principal principal = {.grants = grants, .grant_count = 2};

	arena_release(&arena);
	arena_init(&arena, (size_t)1 << 20);
	error_init(&error, &arena);
	return tag_rules_of(&rules, &arena, &principal, SPAN_LIT("a/b"), change, &error);
}

START_TEST(patterns_are_searched_for_anywhere)
{
	ck_assert(rules_for((struct grant_meta){.deny_push = {two, 2}, .deny_delete = {versions, 1}}, TAG_PUSHED));
	ck_assert(tag_rules_deny(&rules, SPAN_LIT("latest")) && tag_rules_deny(&rules, SPAN_LIT("my-latest-1")));
	ck_assert(tag_rules_deny(&rules, SPAN_LIT("1.0-rc")) && !tag_rules_deny(&rules, SPAN_LIT("1.0-rc1")));
	ck_assert(!tag_rules_deny(&rules, SPAN_LIT("v1")) && !tag_rules_freeze(&rules, SPAN_LIT("latest")));
	ck_assert(rules_for((struct grant_meta){.deny_push = {two, 2}, .deny_delete = {versions, 1}}, TAG_DELETED));
	ck_assert(tag_rules_deny(&rules, SPAN_LIT("v12")) && !tag_rules_deny(&rules, SPAN_LIT("latest")));
	arena_release(&arena);
}
END_TEST

START_TEST(immutable_is_another_list)
{
	ck_assert(rules_for((struct grant_meta){.immutable = {versions, 1}}, TAG_PUSHED));
	ck_assert(tag_rules_freeze(&rules, SPAN_LIT("v1")) && !tag_rules_deny(&rules, SPAN_LIT("v1")));
	ck_assert(tag_rules_any(&rules));
	ck_assert(rules_for((struct grant_meta){.project_path = ""}, TAG_DELETED));
	ck_assert(!tag_rules_any(&rules) && !tag_rules_freeze(&rules, SPAN_LIT("v1")));
	arena_release(&arena);
}
END_TEST

START_TEST(patterns_are_counted_and_measured)
{
	char text[TAG_PATTERN_MAX + 2];
	const char *const longest[] = {text};

	ck_assert(!rules_for((struct grant_meta){.deny_push = {six, 6}}, TAG_PUSHED));
	ck_assert_int_eq(error_code(&error), E_TAG_PATTERN_COUNT_LIMIT_EXCEEDED);
	ck_assert(!rules_for((struct grant_meta){.deny_push = {six, 3}, .immutable = {six, 3}}, TAG_PUSHED));
	ck_assert_int_eq(error_code(&error), E_TAG_PATTERN_COUNT_LIMIT_EXCEEDED);
	ck_assert(rules_for((struct grant_meta){.deny_push = {six, 5}, .deny_delete = {six, 6}}, TAG_PUSHED));
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	ck_assert(!rules_for((struct grant_meta){.immutable = {longest, 1}}, TAG_PUSHED));
	ck_assert_int_eq(error_code(&error), E_TAG_IMMUTABILITY_PATTERN_INVALID);
	text[TAG_PATTERN_MAX] = '\0';
	ck_assert(rules_for((struct grant_meta){.immutable = {longest, 1}}, TAG_PUSHED));
	arena_release(&arena);
}
END_TEST

START_TEST(a_pattern_that_is_none_is_an_error)
{
	ck_assert(!rules_for((struct grant_meta){.deny_push = {broken, 1}}, TAG_PUSHED));
	ck_assert_int_eq(error_code(&error), E_TAG_PROTECTION_PATTERN_INVALID);
	ck_assert(rules_for((struct grant_meta){.deny_push = {broken, 1}}, TAG_DELETED));
	arena_release(&arena);
}
END_TEST

/* A backtracking matcher without a bound would be at it for years. */
START_TEST(what_cannot_be_decided_is_forbidden)
{
	char tag[129];

	memset(tag, 'a', 127);
	tag[127] = 'b';
	tag[128] = '\0';
	ck_assert(rules_for((struct grant_meta){.deny_push = {hungry, 1}}, TAG_PUSHED));
	ck_assert(tag_rules_deny(&rules, span_of(tag)));
	ck_assert(!tag_rules_deny(&rules, SPAN_LIT("b")));
	arena_release(&arena);
}
END_TEST

TEST_FILE(tag_rules, patterns_are_searched_for_anywhere, immutable_is_another_list, patterns_are_counted_and_measured,
	  a_pattern_that_is_none_is_an_error, what_cannot_be_decided_is_forbidden)
