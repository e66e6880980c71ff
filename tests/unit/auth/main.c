/* SPDX-License-Identifier: MIT */
/* The unit tests of keys, tokens and passwords. */
#include "../../lib/test.h"

const struct test_file *tests_authorization(void);
const struct test_file *tests_challenge(void);
const struct test_file *tests_htpasswd(void);
const struct test_file *tests_principal(void);
const struct test_file *tests_jwa(void);
const struct test_file *tests_jwk(void);
const struct test_file *tests_jws(void);
const struct test_file *tests_key(void);
const struct test_file *tests_keyring(void);
const struct test_file *tests_password(void);
const struct test_file *tests_schemes(void);
const struct test_file *tests_tag_rules(void);
const struct test_file *tests_token(void);
const struct test_file *tests_token_cache(void);
const struct test_file *tests_watched_file(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {
		tests_authorization, tests_challenge, tests_htpasswd, tests_principal,   tests_jwa,
		tests_jwk,           tests_jws,       tests_key,      tests_keyring,     tests_password,
		tests_schemes,       tests_tag_rules, tests_token,    tests_token_cache, tests_watched_file,
	};

	return test_run("auth", files, sizeof files / sizeof *files);
}
