/* SPDX-License-Identifier: MIT */
#include "berth/issuer/credential.h"
#include "../../lib/test.h"

START_TEST(new_ones_differ_and_have_the_form_of_their_kind_only)
{
	struct arena arena;
	const char *access, *again, *refresh;

	arena_init(&arena, 1 << 20);
	access = credential_new(&arena, CREDENTIAL_ACCESS);
	again = credential_new(&arena, CREDENTIAL_ACCESS);
	refresh = credential_new(&arena, CREDENTIAL_REFRESH);
	ck_assert_str_ne(access, again);
	ck_assert(credential_is(span_of(access), CREDENTIAL_ACCESS));
	ck_assert(!credential_is(span_of(access), CREDENTIAL_REFRESH));
	ck_assert(credential_is(span_of(refresh), CREDENTIAL_REFRESH));
	ck_assert(!credential_is((struct span){access, strlen(access) - 1}, CREDENTIAL_ACCESS));
	ck_assert(!credential_is(span_of(arena_printf(&arena, "%sA", access)), CREDENTIAL_ACCESS));
	ck_assert(!credential_is(SPAN_LIT("berth_pat_"), CREDENTIAL_ACCESS));
	ck_assert(!credential_is(SPAN_LIT(""), CREDENTIAL_ACCESS));
	arena_release(&arena);
}
END_TEST

START_TEST(the_hash_is_sha256)
{
	static const unsigned char abc[] = {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
					    0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
					    0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad};
	struct arena arena;
	struct span hash;

	arena_init(&arena, 1 << 20);
	hash = credential_hash(&arena, SPAN_LIT("abc"));
	ck_assert_uint_eq(hash.len, sizeof abc);
	ck_assert_mem_eq(hash.ptr, abc, sizeof abc);
	arena_release(&arena);
}
END_TEST

START_TEST(names_of_accounts)
{
	static const char *const good[] = {"a", "ann", "ann.b", "a-b_c", "ann@example.com", "a+b", "0x", "a..b"};
	static const char *const bad[] = {"",    "Ann", ".a",    "a.",       "-a", "a-", "a b",
					  "a:b", "a/b", "ann\n", "\xc3\xa4", "@a", "a@"};
	char many[101];

	memset(many, 'a', sizeof many);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		ck_assert_msg(account_name_valid(span_of(good[i])), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!account_name_valid(span_of(bad[i])), "%s", bad[i]);
	ck_assert(account_name_valid((struct span){many, 100}));
	ck_assert(!account_name_valid((struct span){many, 101}));
}
END_TEST

TEST_FILE(credential, new_ones_differ_and_have_the_form_of_their_kind_only, the_hash_is_sha256, names_of_accounts)
