/* SPDX-License-Identifier: MIT */
/* The unit tests of the storage floor. */
#include "../../lib/test.h"

const struct test_file *tests_drivers(void);
const struct test_file *tests_fs(void);
const struct test_file *tests_fs_path(void);
const struct test_file *tests_xml(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_drivers, tests_fs, tests_fs_path, tests_xml};

	return test_run("store", files, sizeof files / sizeof *files);
}
