/* SPDX-License-Identifier: MIT */
#include "berth/base/span.h"

#include "../../lib/test.h"

START_TEST(a_split_gives_every_part_also_the_empty_ones)
{
	static const struct {
		const char *text, *parts; /* parts in brackets */
	} cases[] = {
		{"", "[]"}, {"a", "[a]"}, {"a,b", "[a][b]"}, {",", "[][]"}, {"a,", "[a][]"}, {",a,,b", "[][a][][b]"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span rest = span_of(cases[i].text), part;
		char got[64] = "";
		size_t at = 0;

		while (span_split(&rest, ',', &part))
			at += (size_t)snprintf(got + at, sizeof got - at, "[%.*s]", SPAN_ARG(part));
		ck_assert_str_eq(got, cases[i].parts);
		ck_assert_ptr_null(rest.ptr);
		ck_assert(!span_split(&rest, ',', &part));
	}
}
END_TEST

START_TEST(a_number_is_decimal_digits_that_fit)
{
	static const char *const refused[] = {
		"", "-1", "+1", " 1", "1 ", "1.0", "0x1", "1e3", "18446744073709551616", "99999999999999999999", "1\n"};
	uint64_t value = 7;

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(!span_to_u64(span_of(refused[i]), &value), "%s", refused[i]);
	ck_assert(!span_to_u64((struct span){"1\0", 2}, &value));
	ck_assert_uint_eq(value, 7);
	ck_assert(span_to_u64(SPAN_LIT("0"), &value) && value == 0);
	ck_assert(span_to_u64(SPAN_LIT("007"), &value) && value == 7);
	ck_assert(span_to_u64(SPAN_LIT("18446744073709551615"), &value) && value == UINT64_MAX);
}
END_TEST

START_TEST(spans_compare_by_their_bytes)
{
	ck_assert(span_equal((struct span){NULL, 0}, SPAN_LIT("")));
	ck_assert(!span_equal(SPAN_LIT("a"), SPAN_LIT("b")));
	ck_assert(!span_equal(SPAN_LIT("a"), SPAN_LIT("aa")));
	ck_assert(!span_is((struct span){"a\0b", 3}, "a"));
	ck_assert(span_is(span_of(NULL), ""));
	ck_assert(span_is_nocase(SPAN_LIT("BaSiC"), "basic"));
	ck_assert(!span_is_nocase(SPAN_LIT("basic"), "basics"));
	ck_assert(span_starts(SPAN_LIT("abc"), "ab"));
	ck_assert(span_starts(SPAN_LIT(""), ""));
	ck_assert(!span_starts(SPAN_LIT("a"), "ab"));
}
END_TEST

START_TEST(a_span_is_cut_within_its_bounds)
{
	ck_assert(span_is(span_after(SPAN_LIT("abc"), 1), "bc"));
	ck_assert_uint_eq(span_after(SPAN_LIT("abc"), 3).len, 0);
	ck_assert_uint_eq(span_after(SPAN_LIT("abc"), 100).len, 0);
	ck_assert(span_is(span_trim(SPAN_LIT(" \t a b \t")), "a b"));
	ck_assert_uint_eq(span_trim(SPAN_LIT(" \t ")).len, 0);
	ck_assert(span_is(span_trim(SPAN_LIT("\na")), "\na"));
}
END_TEST

TEST_FILE(span, a_split_gives_every_part_also_the_empty_ones, a_number_is_decimal_digits_that_fit,
	  spans_compare_by_their_bytes, a_span_is_cut_within_its_bounds)
