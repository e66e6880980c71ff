/* SPDX-License-Identifier: MIT */
/* The unit tests of what the FastCGI programs share; the master is tested from outside, tests/fcgi. */
#include "../../lib/test.h"

const struct test_file *tests_gate(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_gate};

	return test_run("fcgi", files, sizeof files / sizeof *files);
}
