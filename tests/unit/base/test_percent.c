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

TEST_FILE(percent, only_unreserved_bytes_stay, what_is_to_be_kept_stays_too)
