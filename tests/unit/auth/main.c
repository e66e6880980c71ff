/* SPDX-License-Identifier: MIT */
/* The unit tests of keys, tokens and passwords. */
#include "../../lib/test.h"

const struct test_file *tests_jwa(void);
const struct test_file *tests_jwk(void);
const struct test_file *tests_jws(void);
const struct test_file *tests_key(void);
const struct test_file *tests_keyring(void);
const struct test_file *tests_password(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_jwa, tests_jwk, tests_jws, tests_key, tests_keyring,
							   tests_password};

	return test_run("auth", files, sizeof files / sizeof *files);
}
