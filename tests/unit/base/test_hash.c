/* SPDX-License-Identifier: MIT */
#include "berth/base/hash.h"

#include "../../lib/test.h"

#define KEY SPAN_LIT("Jefe")
#define DATA SPAN_LIT("what do ya want for nothing?")

START_TEST(hashes_are_those_of_the_standards)
{
	char hex[HASH_HEX_MAX];

	ck_assert_str_eq(hash_hex(hex, HASH_MD5, SPAN_LIT("abc")), "900150983cd24fb0d6963f7d28e17f72"); /* RFC 1321 A.5 */
	ck_assert_str_eq(hash_hex(hex, HASH_SHA1, SPAN_LIT("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
	ck_assert_str_eq(hash_hex(hex, HASH_SHA256, SPAN_LIT("")),
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(hmacs_are_those_of_the_standards)
{
	char hex[HASH_HEX_MAX];

	ck_assert_str_eq(hash_hmac_hex(hex, HASH_MD5, KEY, DATA), "750c783e6ab0b503eaa86e310a5db738");
	ck_assert_str_eq(hash_hmac_hex(hex, HASH_SHA1, KEY, DATA), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
	ck_assert_str_eq(hash_hmac_hex(hex, HASH_SHA256, KEY, DATA),
			 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	ck_assert_str_eq(hash_hmac_hex(hex, HASH_SHA512, KEY, DATA),
			 "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
			 "caeab1a34d4a6b4b636e070a38bce737");
}
END_TEST

START_TEST(raw_results_have_the_methods_length)
{
	unsigned char out[HASH_MAX];

	ck_assert_uint_eq(hash_of(out, HASH_MD5, DATA), 16);
	ck_assert_uint_eq(hash_of(out, HASH_SHA1, DATA), 20);
	ck_assert_uint_eq(hash_hmac(out, HASH_SHA256, KEY, DATA), 32);
	ck_assert_uint_eq(hash_hmac(out, HASH_SHA512, (struct span){"", 0}, DATA), 64);
}
END_TEST

TEST_FILE(hash, hashes_are_those_of_the_standards, hmacs_are_those_of_the_standards, raw_results_have_the_methods_length)
