/* SPDX-License-Identifier: MIT */
#include "berth/base/hex.h"

#include "../../lib/test.h"

START_TEST(every_byte_comes_back)
{
	unsigned char bytes[256], back[256];
	char text[513];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	hex_encode(text, bytes, sizeof bytes);
	ck_assert_uint_eq(strlen(text), 512);
	ck_assert_int_eq(strncmp(text + 2 * 0xab, "abacad", 6), 0);
	ck_assert(hex_decode(back, sizeof back, span_of(text)));
	ck_assert_mem_eq(bytes, back, sizeof bytes);
}
END_TEST

START_TEST(only_lower_case_digits_of_the_right_number_are_taken)
{
	static const char *const refused[] = {"",     "a",    "abc",  "abcdef", "AB12", "ab1g",
					      "0x12", " ab1", "ab:1", "ab/1",   "ab`1"};
	unsigned char out[2];

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(!hex_decode(out, sizeof out, span_of(refused[i])), "%s", refused[i]);
	ck_assert(hex_decode(out, 2, SPAN_LIT("09af")));
	ck_assert(out[0] == 0x09 && out[1] == 0xaf);
	ck_assert(hex_decode(out, 0, SPAN_LIT("")));
}
END_TEST

TEST_FILE(hex, every_byte_comes_back, only_lower_case_digits_of_the_right_number_are_taken)
