/* SPDX-License-Identifier: MIT */
/* The unit tests of the config floor. */
#include "../../lib/test.h"

const struct test_file *tests_config(void);
const struct test_file *tests_env(void);
const struct test_file *tests_print(void);
const struct test_file *tests_settings(void);
const struct test_file *tests_yaml(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_yaml, tests_settings, tests_config, tests_env, tests_print};

	return test_run("config", files, sizeof files / sizeof *files);
}
