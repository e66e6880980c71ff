/* SPDX-License-Identifier: MIT */
/* The unit tests of the HTTP floor. */
#include "../../lib/test.h"

const struct test_file *tests_byterange(void);
const struct test_file *tests_etag(void);
const struct test_file *tests_forwarded(void);
const struct test_file *tests_mediarange(void);
const struct test_file *tests_target(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_byterange, tests_etag, tests_forwarded,
							  tests_mediarange, tests_target};

	return test_run("http", files, sizeof files / sizeof *files);
}
