/* SPDX-License-Identifier: MIT */
/* The unit tests of the image formats. */
#include "../../lib/test.h"

const struct test_file *tests_name(void);
const struct test_file *tests_tag(void);
const struct test_file *tests_mediatype(void);
const struct test_file *tests_manifest(void);
const struct test_file *tests_referrer(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_name, tests_tag, tests_mediatype, tests_manifest,
							  tests_referrer};

	return test_run("oci", files, sizeof files / sizeof *files);
}
