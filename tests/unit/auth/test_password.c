/* SPDX-License-Identifier: MIT */
#include "berth/auth/password.h"

#include <errno.h>
#include "../../lib/test.h"

/* all of "secret" */
static const char *const hashes[] = {
	"$2y$04$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq",
	"$6$rounds=1000$saltsalt$LAV5VE5Y7w1d73x1mFNspYWUpazfmwv2SoepNXNKJ/otop/Zok96Hr8Q13LEv0DRY/x8v0/crpIjl8NJSAqXV/",
	"$y$j7T$saltsaltsalt$.rO7CXNRctHskH4oxsZvD2yYa/XEp9NvYvX/b1rby..",
};

START_TEST(a_hash_of_each_kind_knows_its_password)
{
	for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
		struct span hash = span_of(hashes[i]);

		ck_assert_msg(password_hash_usable(hash), "%s", hashes[i]);
		ck_assert_msg(password_verify(hash, SPAN_LIT("secret")) == PASSWORD_RIGHT, "%s", hashes[i]);
		ck_assert(password_verify(hash, SPAN_LIT("Secret")) == PASSWORD_WRONG);
		ck_assert(password_verify(hash, SPAN_LIT("secret ")) == PASSWORD_WRONG);
		ck_assert(password_verify(hash, SPAN_LIT("secret\0x")) == PASSWORD_WRONG);
		ck_assert(password_verify(hash, SPAN_LIT("")) == PASSWORD_WRONG);
	}
}
END_TEST

START_TEST(hashes_that_are_too_much_work_or_none_are_not_usable)
{
	static const char *const bad[] = {
		"$2y$31$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq",
		"$2y$03$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq",
		"$2x$10$mP1pQB5S5m8gOKGMjVjDQeW244wC2sigGRLHYC.LDLp4XzzML/Ueq",
		"$2y$10$short",
		"$6$rounds=9000000$salt$hash",
		"$6$rounds=x$salt$hash",
		"$y$jFT$salt$hash",
		"$y$",
		"$1$salt$hash",
		"plain",
		"",
		"*",
		"$y$j9T$sa lt$hash",
	};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		ck_assert_msg(!password_hash_usable(span_of(bad[i])), "%s", bad[i]);
}
END_TEST

START_TEST(bcrypt_takes_72_bytes_and_never_a_prefix)
{
	struct span hash = SPAN_LIT("$2y$04$mP1pQB5S5m8gOKGMjVjDQeExZ0Ef04gejNu0Jr2n3fnOf8XegOPmy");
	char many[100];

	memset(many, 'a', sizeof many);
	ck_assert(password_verify(hash, (struct span){many, 72}) == PASSWORD_RIGHT);
	ck_assert(password_verify(hash, (struct span){many, 73}) == PASSWORD_WRONG);
	ck_assert(password_verify(hash, (struct span){many, 71}) == PASSWORD_WRONG);
}
END_TEST

START_TEST(a_new_hash_is_yescrypt_salted_and_good)
{
	char many[PASSWORD_MAX + 1];
	struct arena arena;
	const char *one, *two;

	memset(many, 'a', sizeof many);
	arena_init(&arena, 1 << 20);
	one = password_hash(&arena, SPAN_LIT("secret"));
	two = password_hash(&arena, SPAN_LIT("secret"));
	ck_assert(one && two && span_starts(span_of(one), "$y$"));
	ck_assert_str_ne(one, two);
	ck_assert(password_verify(span_of(one), SPAN_LIT("secret")) == PASSWORD_RIGHT);
	ck_assert_ptr_null(password_hash(&arena, SPAN_LIT("")));
	ck_assert_ptr_null(password_hash(&arena, SPAN_LIT("a\0b")));
	ck_assert_ptr_null(password_hash(&arena, (struct span){many, sizeof many}));
	arena_release(&arena);
}
END_TEST

START_TEST(the_hash_of_nobody_is_usable_and_costs_what_a_new_one_does)
{
	struct arena arena;
	const char *made;

	arena_init(&arena, 1 << 20);
	made = password_hash(&arena, SPAN_LIT("secret"));
	ck_assert(password_hash_usable(password_nobody()));
	ck_assert(password_verify(password_nobody(), SPAN_LIT("secret")) == PASSWORD_WRONG);
	ck_assert_mem_eq(made, password_nobody().ptr, strlen("$y$j9T$"));
	arena_release(&arena);
}
END_TEST

START_TEST(the_hash_of_nobody_takes_the_kind_and_the_cost_of_another)
{
	static const char *const settings[] = {"$2y$04$", "$2b$11$", "$y$j9T$", "$y$jAT$"};
	static const char *const wrong[] = {"", "$2y$31$", "$1$abcd", "$2y$04$x", "$y$jCT$"};
	struct arena arena;

	arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
		struct span hash = password_nobody_like(&arena, span_of(settings[i]));

		ck_assert(password_hash_usable(hash) && span_starts(hash, settings[i]));
		ck_assert(password_verify(hash, SPAN_LIT("secret")) == PASSWORD_WRONG);
	}
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		ck_assert(span_equal(password_nobody_like(&arena, span_of(wrong[i])), password_nobody()));
	arena_release(&arena);
}
END_TEST

TEST_FILE(password, a_hash_of_each_kind_knows_its_password, hashes_that_are_too_much_work_or_none_are_not_usable,
	  bcrypt_takes_72_bytes_and_never_a_prefix, a_new_hash_is_yescrypt_salted_and_good,
	  the_hash_of_nobody_is_usable_and_costs_what_a_new_one_does,
	  the_hash_of_nobody_takes_the_kind_and_the_cost_of_another)
