/* SPDX-License-Identifier: MIT */
/* The unit tests of the jobs floor. */
#include "../../lib/test.h"

const struct test_file *tests_job(void), *tests_jobs(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_job, tests_jobs};

	return test_run("jobs", files, sizeof files / sizeof *files);
}
