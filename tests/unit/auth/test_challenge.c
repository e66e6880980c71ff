/* SPDX-License-Identifier: MIT */
#include "berth/auth/challenge.h"
#include "../../lib/test.h"

static struct arena arena;
static const struct access needs[] = {
	{"repository", {"a/b", 3}, "pull"},
	{"repository", {"a/b", 3}, "push"},
	{"repository", {"c", 1}, "pull"},
};

static const char *bearer(size_t needed, size_t wished, const char *error)
{
	struct auth_question question = {.needed = needs, .needed_count = needed, .wished_count = wished};

	return challenge_bearer(&arena, "https://r/t", "s", &question, error);
}

START_TEST(a_bearer_challenge_has_one_scope_parameter)
{
	arena_init(&arena, (size_t)1 << 20);
	ck_assert_str_eq(bearer(0, 0, NULL), "Bearer realm=\"https://r/t\",service=\"s\"");
	ck_assert_str_eq(bearer(1, 0, NULL), "Bearer realm=\"https://r/t\",service=\"s\",scope=\"repository:a/b:pull\"");
	ck_assert_str_eq(bearer(2, 1, "insufficient_scope"),
			 "Bearer realm=\"https://r/t\",service=\"s\",scope=\"repository:a/b:pull,push repository:c:pull\","
			 "error=\"insufficient_scope\"");
	ck_assert_str_eq(bearer(0, 0, "invalid_token"),
			 "Bearer realm=\"https://r/t\",service=\"s\",error=\"invalid_token\"");
	arena_release(&arena);
}
END_TEST

START_TEST(silly_asks_for_each_action_by_itself)
{
	struct auth_question question = {.needed = needs, .needed_count = 2};

	arena_init(&arena, (size_t)1 << 20);
	ck_assert_str_eq(challenge_silly(&arena, "r", "s", &question),
			 "Bearer realm=\"r\",service=\"s\",scope=\"repository:a/b:pull repository:a/b:push\"");
	arena_release(&arena);
}
END_TEST

START_TEST(what_could_end_the_quotes_is_escaped)
{
	arena_init(&arena, (size_t)1 << 20);
	ck_assert_str_eq(challenge_basic(&arena, "a\"b\\c"), "Basic realm=\"a\\\"b\\\\c\"");
	arena_release(&arena);
}
END_TEST

TEST_FILE(challenge, a_bearer_challenge_has_one_scope_parameter, silly_asks_for_each_action_by_itself,
	  what_could_end_the_quotes_is_escaped)
