/* SPDX-License-Identifier: MIT */
/* The unit tests of the API: what is the same for all routes, without a database or a store. */
#include "../../lib/test.h"

const struct test_file *tests_serve(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_serve};

	return test_run("api", files, sizeof files / sizeof *files);
}
