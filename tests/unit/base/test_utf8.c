/* SPDX-License-Identifier: MIT */
#include "berth/base/utf8.h"

#include "../../lib/test.h"

static size_t length(const char *bytes)
{
	return utf8_sequence((const unsigned char *)bytes, strlen(bytes));
}

START_TEST(sequences_are_measured_at_their_bounds)
{
	ck_assert_uint_eq(utf8_sequence((const unsigned char *)"", 0), 0);
	ck_assert_uint_eq(utf8_sequence((const unsigned char *)"\0", 1), 1);
	ck_assert_uint_eq(length("\x7f"), 1);
	ck_assert_uint_eq(length("\xc2\x80"), 2);         /* U+0080 */
	ck_assert_uint_eq(length("\xdf\xbf"), 2);         /* U+07FF */
	ck_assert_uint_eq(length("\xe0\xa0\x80"), 3);     /* U+0800 */
	ck_assert_uint_eq(length("\xed\x9f\xbf"), 3);     /* U+D7FF */
	ck_assert_uint_eq(length("\xee\x80\x80"), 3);     /* U+E000 */
	ck_assert_uint_eq(length("\xef\xbf\xbf"), 3);     /* U+FFFF */
	ck_assert_uint_eq(length("\xf0\x90\x80\x80"), 4); /* U+10000 */
	ck_assert_uint_eq(length("\xf4\x8f\xbf\xbf"), 4); /* U+10FFFF */
	ck_assert_uint_eq(length("a\xff"), 1);
}
END_TEST

START_TEST(what_is_not_well_formed_is_refused)
{
	static const char *const refused[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xc2",
		"\xc2\x7f",
		"\xc2\xc0",
		"\xe0\x9f\xbf",
		"\xe1\x80",
		"\xe1\x80\x7f",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf0\x90\x80",
		"\xf0\x90\x80\x7f",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xfe",
	};

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(length(refused[i]) == 0, "case %zu", i);
}
END_TEST

TEST_FILE(utf8, sequences_are_measured_at_their_bounds, what_is_not_well_formed_is_refused)
