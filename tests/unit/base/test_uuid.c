/* SPDX-License-Identifier: MIT */
#include "berth/base/uuid.h"

#include "../../lib/test.h"

START_TEST(new_ones_are_of_version_4_and_differ)
{
	char last[UUID_TEXT_MAX] = "", text[UUID_TEXT_MAX];

	for (int i = 0; i < 1000; i++) {
		uuid_new(text);
		ck_assert_uint_eq(strlen(text), UUID_TEXT_MAX - 1);
		ck_assert(uuid_valid(span_of(text)));
		ck_assert_int_eq(text[14], '4');
		ck_assert_ptr_nonnull(strchr("89ab", text[19]));
		ck_assert_str_ne(text, last);
		memcpy(last, text, sizeof last);
	}
}
END_TEST

START_TEST(only_that_one_spelling_is_valid)
{
	static const char *const refused[] = {
		"",
		"b7e1c0f2-0000-4000-8000-00000000000",
		"b7e1c0f2-0000-4000-8000-0000000000000",
		"B7E1C0F2-0000-4000-8000-000000000000",
		"b7e1c0f200000-4000-8000-000000000000",
		"b7e1c0f2-0000-4000-8000-00000000000g",
		"{7e1c0f2-0000-4000-8000-00000000000}",
		"../../../../../../../../../../../../",
		"b7e1c0f2-0000-4000-8000/000000000000",
	};

	ck_assert(uuid_valid(SPAN_LIT("b7e1c0f2-0000-4000-8000-000000000000")));
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(!uuid_valid(span_of(refused[i])), "%s", refused[i]);
}
END_TEST

TEST_FILE(uuid, new_ones_are_of_version_4_and_differ, only_that_one_spelling_is_valid)
