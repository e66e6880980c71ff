/* SPDX-License-Identifier: MIT */
#include "berth/issuer/backoff.h"
#include "../../lib/test.h"

static const struct backoff rule = {.free = 5, .first = 1, .longest = 900, .forget = 3600};

static int64_t wait_of(enum meta_login_key key, int64_t failures, int64_t age_ms, bool known)
{
	struct meta_login login = {.known = known};

	login.failures[key] = (struct meta_failures){failures, age_ms};
	return backoff_wait(&rule, &login);
}

START_TEST(without_failures_nobody_waits)
{
	ck_assert_int_eq(backoff_wait(&rule, &(struct meta_login){.known = false}), 0);
}
END_TEST

START_TEST(each_key_has_its_patience)
{
	static const int64_t free[META_KEYS] = {[META_KEY_PAIR] = 5, [META_KEY_ADDRESS] = 20, [META_KEY_ACCOUNT] = 100};

	for (int key = 0; key < META_KEYS; key++) {
		ck_assert_int_eq(wait_of(key, free[key] - 1, 0, false), 0);
		ck_assert_int_eq(wait_of(key, free[key], 0, false), 1);
	}
}
END_TEST

START_TEST(each_failure_doubles_the_wait_up_to_the_longest)
{
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 6, 0, false), 2);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 14, 0, false), 512);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 15, 0, false), 900);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 1000000, 0, false), 900);
}
END_TEST

START_TEST(the_wait_counts_from_the_last_failure_and_is_rounded_up)
{
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 7000, false), 1);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 7001, false), 1);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 7999, false), 1);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 6999, false), 2);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 8000, false), 0);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 8, 60000, false), 0);
}
END_TEST

START_TEST(a_key_is_forgotten)
{
	static const struct backoff short_memory = {.free = 1, .first = 100, .longest = 100, .forget = 10};
	struct meta_login login = {.failures = {[META_KEY_PAIR] = {3, 9999}}};

	ck_assert_int_eq(backoff_wait(&short_memory, &login), 91);
	login.failures[META_KEY_PAIR].age = 10000;
	ck_assert_int_eq(backoff_wait(&short_memory, &login), 0);
}
END_TEST

START_TEST(at_a_known_address_only_the_pair_counts)
{
	ck_assert_int_eq(wait_of(META_KEY_ADDRESS, 1000, 0, true), 0);
	ck_assert_int_eq(wait_of(META_KEY_ACCOUNT, 1000, 0, true), 0);
	ck_assert_int_eq(wait_of(META_KEY_PAIR, 6, 0, true), 2);
}
END_TEST

START_TEST(the_longest_wait_of_the_keys_holds)
{
	struct meta_login login = {
		.failures = {[META_KEY_PAIR] = {6, 0}, [META_KEY_ADDRESS] = {24, 0}, [META_KEY_ACCOUNT] = {101, 0}}};

	ck_assert_int_eq(backoff_wait(&rule, &login), 16);
}
END_TEST

TEST_FILE(backoff, without_failures_nobody_waits, each_key_has_its_patience,
	  each_failure_doubles_the_wait_up_to_the_longest, the_wait_counts_from_the_last_failure_and_is_rounded_up,
	  a_key_is_forgotten, at_a_known_address_only_the_pair_counts, the_longest_wait_of_the_keys_holds)
