/* SPDX-License-Identifier: MIT */
/* The unit tests of the token service: the parts that need no database. */
#include "../../lib/test.h"

const struct test_file *tests_backoff(void);
const struct test_file *tests_credential(void);
const struct test_file *tests_grant(void);
const struct test_file *tests_scope(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_backoff, tests_credential, tests_grant, tests_scope};

	return test_run("issuer", files, sizeof files / sizeof *files);
}
