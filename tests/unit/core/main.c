/* SPDX-License-Identifier: MIT */
/* The unit tests of the use cases: the parts that need neither a database nor a store. */
#include "../../lib/test.h"

const struct test_file *tests_manifest_cache(void);
const struct test_file *tests_manifest_policy(void);
const struct test_file *tests_room(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_manifest_cache, tests_manifest_policy, tests_room};

	return test_run("core", files, sizeof files / sizeof *files);
}
