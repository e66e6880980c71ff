/* SPDX-License-Identifier: MIT */
#include "berth/base/pattern.h"

#include <string.h>

#include "../../lib/test.h"

static bool finds(const char *pattern, const char *text, bool undecided)
{
	char reason[200];
	struct pattern *one = pattern_new(pattern, reason, sizeof reason);
	bool found;

	ck_assert_msg(one != NULL, "%s", reason);
	found = pattern_any(&one, 1, span_of(text), undecided);
	pattern_free(one);
	return found;
}

START_TEST(a_pattern_is_searched_for_anywhere)
{
	ck_assert(finds("b+", "abbc", false) && !finds("b+", "ac", true));
	ck_assert(finds("^a", "ab", false) && !finds("^a", "ba", true));
	ck_assert(finds("c$", "bc", false));
	ck_assert(!finds("c$", "bc\n", true)); /* the very end, as in Go */
}
END_TEST

START_TEST(one_of_several_is_enough)
{
	char reason[200];
	struct pattern *list[] = {pattern_new("a", reason, sizeof reason), pattern_new("b", reason, sizeof reason)};

	ck_assert(pattern_any(list, 2, SPAN_LIT("b"), false));
	ck_assert(!pattern_any(list, 1, SPAN_LIT("b"), false));
	ck_assert(!pattern_any(list, 0, SPAN_LIT("b"), true));
	ck_assert(pattern_any(list, 2, (struct span){"xxb", 3}, false));
	ck_assert(!pattern_any(list, 2, (struct span){"xxb", 2}, false));
	pattern_free(list[0]);
	pattern_free(list[1]);
	pattern_free(NULL);
}
END_TEST

START_TEST(what_is_no_pattern_is_told)
{
	char reason[200];

	ck_assert_ptr_null(pattern_new("a(", reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "pattern a(: "));
	ck_assert_ptr_nonnull(strstr(reason, " at 2"));
}
END_TEST

/* Without bounds, the steps of these double with each byte, and the depth takes memory for each byte. */
START_TEST(what_cannot_be_decided_is_the_callers)
{
	static char text[1 << 20];

	memset(text, 'a', 60);
	text[60] = '!';
	ck_assert(finds("^(a+)+$", text, true));
	ck_assert(!finds("^(a+)+$", text, false));
	memset(text, 'a', sizeof text - 1);
	ck_assert(finds("^(a|b)*c", text, true));
	ck_assert(!finds("^(a|b)*c", text, false));
}
END_TEST

START_TEST(a_long_url_is_decided)
{
	char text[4097];

	memset(text, 'a', 4096);
	text[4096] = '\0';
	ck_assert(finds("^(a|b)*$", text, false));
}
END_TEST

TEST_FILE(pattern, a_pattern_is_searched_for_anywhere, one_of_several_is_enough, what_is_no_pattern_is_told,
	  what_cannot_be_decided_is_the_callers, a_long_url_is_decided)
