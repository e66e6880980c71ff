/* SPDX-License-Identifier: MIT */
/* The unit tests of the base floor. */
#include "../../lib/test.h"

const struct test_file *tests_address(void);
const struct test_file *tests_arena(void);
const struct test_file *tests_base64(void);
const struct test_file *tests_clock(void);
const struct test_file *tests_crc32c(void);
const struct test_file *tests_digest(void);
const struct test_file *tests_error(void);
const struct test_file *tests_hash(void);
const struct test_file *tests_hex(void);
const struct test_file *tests_json_read(void);
const struct test_file *tests_json_write(void);
const struct test_file *tests_log(void);
const struct test_file *tests_log_repeats(void);
const struct test_file *tests_metric(void);
const struct test_file *tests_pattern(void);
const struct test_file *tests_pause(void);
const struct test_file *tests_percent(void);
const struct test_file *tests_secret(void);
const struct test_file *tests_shared(void);
const struct test_file *tests_span(void);
const struct test_file *tests_strbuf(void);
const struct test_file *tests_timetext(void);
const struct test_file *tests_url(void);
const struct test_file *tests_utf8(void);
const struct test_file *tests_uuid(void);
const struct test_file *tests_ways(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {
		tests_address,     tests_arena,  tests_base64,  tests_clock,     tests_crc32c,     tests_digest,
		tests_error,       tests_hash,   tests_hex,     tests_json_read, tests_json_write, tests_log,
		tests_log_repeats, tests_metric, tests_pattern, tests_pause,     tests_percent,    tests_secret,
		tests_shared,      tests_span,   tests_strbuf,  tests_timetext,  tests_url,        tests_utf8,
		tests_uuid,        tests_ways,
	};

	return test_run("base", files, sizeof files / sizeof *files);
}
