/* SPDX-License-Identifier: MIT */
/* The unit tests of the HTTP floor. */
#include "../../lib/test.h"

const struct test_file *tests_base_url(void);
const struct test_file *tests_byterange(void);
const struct test_file *tests_client(void);
const struct test_file *tests_client_tls(void);
const struct test_file *tests_etag(void);
const struct test_file *tests_forwarded(void);
const struct test_file *tests_mediarange(void);
const struct test_file *tests_message(void);
const struct test_file *tests_respond(void);
const struct test_file *tests_route(void);
const struct test_file *tests_target(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {
		tests_base_url,   tests_byterange, tests_client,  tests_client_tls, tests_etag,   tests_forwarded,
		tests_mediarange, tests_message,   tests_respond, tests_route,      tests_target,
	};

	return test_run("http", files, sizeof files / sizeof *files);
}
