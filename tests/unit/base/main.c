/* SPDX-License-Identifier: MIT */
/* The unit tests of the base floor. */
#include "../../lib/test.h"

const struct test_file *tests_arena(void);
const struct test_file *tests_digest(void);
const struct test_file *tests_json_scan(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_arena, tests_digest, tests_json_scan};

	return test_run("base", files, sizeof files / sizeof *files);
}
