/* SPDX-License-Identifier: MIT */
#include "berth/auth/jwa.h"
#include "../../lib/test.h"

START_TEST(names_go_both_ways)
{
	for (enum jwa i = 0; i < JWA_COUNT; i++) {
		enum jwa back = JWA_COUNT;

		ck_assert(jwa_parse(&back, span_of(jwa_name(i))));
		ck_assert_int_eq(back, i);
	}
}
END_TEST

START_TEST(none_in_any_case_and_names_in_another_case_are_none_of_ours)
{
	static const char *const names[] = {"none", "None", "NONE", "nOnE", "rs256", "RS256 ", "RS25", "", "HS1", "eddsa"};
	enum jwa out;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		ck_assert_msg(!jwa_parse(&out, span_of(names[i])), "%s", names[i]);
}
END_TEST

START_TEST(no_algorithm_is_for_both_a_public_key_and_a_secret)
{
	ck_assert_uint_eq(JWA_RSA & JWA_HMAC, 0);
	ck_assert(jwa_has(JWA_ALL, JWA_HS512) && jwa_has(JWA_ALL, JWA_RS256) && !jwa_has(JWA_RSA, JWA_ES256));
	ck_assert_uint_eq(jwa_hash_length(JWA_HS384), 48);
	ck_assert_ptr_null(jwa_hash(JWA_EDDSA));
}
END_TEST

TEST_FILE(jwa, names_go_both_ways, none_in_any_case_and_names_in_another_case_are_none_of_ours,
	  no_algorithm_is_for_both_a_public_key_and_a_secret)
