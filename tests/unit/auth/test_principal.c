/* SPDX-License-Identifier: MIT */
#include "berth/auth/principal.h"
#include "../../lib/test.h"

static const char *const pull_push[] = {"pull", "push"};
static const char *const all[] = {"*"};
static const char *const pull[] = {"pull"};

#define NO_META                    \
	{                          \
		.project_path = "" \
	}

static const struct grant grants[] = {
	{"repository", "a/b", {pull_push, 2}, NO_META}, {"repository", "c", {all, 1}, NO_META},
	{"repository", "group/*", {pull, 1}, NO_META},  {"registry", "catalog", {all, 1}, NO_META},
	{"repository(plugin)", "p", {all, 1}, NO_META},
};
static const struct principal somebody = {
	.user = "somebody", .auth_type = "", .user_claim = "", .grants = grants, .grant_count = 5};

static bool may(const char *type, const char *name, const char *action)
{
	struct access access = {type, span_of(name), action};

	return principal_allows(&somebody, &access);
}

START_TEST(names_and_actions_are_exact)
{
	ck_assert(may("repository", "a/b", "pull") && may("repository", "a/b", "push"));
	ck_assert(!may("repository", "a/b", "delete") && !may("repository", "a", "pull"));
	ck_assert(!may("repository", "a/b/c", "pull") && !may("repository", "A/B", "pull"));
	ck_assert(!may("registry", "a/b", "pull") && !may("repository", "p", "pull"));
	ck_assert(!may("repository", "a/b", "*"));
}
END_TEST

START_TEST(a_star_is_every_action_and_no_pattern_of_names)
{
	ck_assert(may("repository", "c", "delete") && may("repository", "c", "push"));
	ck_assert(may("registry", "catalog", "*"));
	ck_assert(!may("repository", "group/x", "pull") && may("repository", "group/*", "pull"));
}
END_TEST

START_TEST(who_may_do_everything_needs_no_grant)
{
	const struct principal everybody = {.everything = true};
	struct access access = {"repository", SPAN_LIT("x"), "delete"};

	ck_assert(principal_allows(&everybody, &access));
}
END_TEST

START_TEST(a_copy_outlives_its_original)
{
	struct arena source, target;
	struct principal original, copy;
	struct access access = {"repository", SPAN_LIT("a/b"), "push"};
	struct grant *grant;

	arena_init(&source, (size_t)1 << 20);
	arena_init(&target, (size_t)1 << 20);
	principal_copy(&original, &source, &somebody);
	grant = arena_alloc(&source, sizeof *grant);
	*grant = original.grants[0];
	grant->meta.immutable = (struct texts){pull, 1};
	original.grants = grant;
	original.grant_count = 1;
	principal_copy(&copy, &target, &original);
	arena_release(&source);
	ck_assert_str_eq(copy.user, "somebody");
	ck_assert(principal_allows(&copy, &access));
	ck_assert_str_eq(copy.grants[0].meta.immutable.items[0], "pull");
	arena_release(&target);
}
END_TEST

START_TEST(readable_are_the_repositories_that_may_be_pulled)
{
	struct arena arena;
	const struct span *names;
	size_t count;

	arena_init(&arena, (size_t)1 << 20);
	names = principal_readable(&somebody, &arena, &count);
	ck_assert_uint_eq(count, 3);
	ck_assert(span_is(names[0], "a/b") && span_is(names[1], "c") && span_is(names[2], "group/*"));
	arena_release(&arena);
}
END_TEST

TEST_FILE(principal, names_and_actions_are_exact, a_star_is_every_action_and_no_pattern_of_names,
	  who_may_do_everything_needs_no_grant, a_copy_outlives_its_original,
	  readable_are_the_repositories_that_may_be_pulled)
