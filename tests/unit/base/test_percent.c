/* SPDX-License-Identifier: MIT */
#include "berth/base/percent.h"

#include "../../lib/test.h"

static struct arena arena;

static const char *encode(struct span bytes, const char *keep)
{
	if (!arena.ceiling)
		arena_init(&arena, 1 << 16);
	return percent_encode(&arena, bytes, keep);
}

START_TEST(only_unreserved_bytes_stay)
{
	ck_assert_str_eq(encode(SPAN_LIT("AZaz09-._~"), ""), "AZaz09-._~");
	ck_assert_str_eq(encode(SPAN_LIT("a b+c/d=e&f"), ""), "a%20b%2Bc%2Fd%3De%26f");
	ck_assert_str_eq(encode(SPAN_LIT("\xc3\xa4%"), ""), "%C3%A4%25");
	ck_assert_str_eq(encode((struct span){"\0\xff", 2}, ""), "%00%FF");
	ck_assert_str_eq(encode(SPAN_LIT(""), ""), "");
	arena_release(&arena);
}
END_TEST

START_TEST(what_is_to_be_kept_stays_too)
{
	ck_assert_str_eq(encode(SPAN_LIT("a/b c:d"), "/"), "a/b%20c%3Ad");
	ck_assert_str_eq(encode(SPAN_LIT("a/b:c"), "/:"), "a/b:c");
	ck_assert_str_eq(encode((struct span){"a\0b", 3}, "/"), "a%00b");
	arena_release(&arena);
}
END_TEST

START_TEST(a_buffer_gets_the_same)
{
	struct strbuf text;

	arena_init(&arena, 1 << 16);
	strbuf_init(&text, &arena, 1 << 10);
	strbuf_adds(&text, "last=");
	percent_add(&text, SPAN_LIT("a/b c"), "/");
	ck_assert_str_eq(text.ptr, "last=a/b%20c");
	arena_release(&arena);
}
END_TEST

START_TEST(escapes_become_bytes_and_other_percent_signs_stay)
{
	arena_init(&arena, 1 << 16);
	ck_assert_str_eq(percent_decode(&arena, SPAN_LIT("a%2fb%2Fc+%C3%a4")), "a/b/c+\xc3\xa4");
	ck_assert_str_eq(percent_decode(&arena, SPAN_LIT("100%")), "100%");
	ck_assert_str_eq(percent_decode(&arena, SPAN_LIT("%4%41%4g%%41")), "%4A%4g%A");
	ck_assert_str_eq(percent_decode(&arena, (struct span){"%41", 2}), "%4");
	ck_assert_int_eq(percent_byte(SPAN_LIT("%00")), 0);
	ck_assert_int_eq(percent_byte(SPAN_LIT("%ff")), 255);
	ck_assert_int_eq(percent_byte(SPAN_LIT("41")), -1);
	ck_assert_int_eq(percent_byte((struct span){"%41", 2}), -1);
	arena_release(&arena);
}
END_TEST

TEST_FILE(percent, only_unreserved_bytes_stay, what_is_to_be_kept_stays_too, a_buffer_gets_the_same,
	  escapes_become_bytes_and_other_percent_signs_stay)
