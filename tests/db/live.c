/* SPDX-License-Identifier: MIT */
/* The tests that need a database: started by test_live.py, which says where one is in BERTH_TEST_SOCKETS. */
#include "../lib/test.h"

const struct test_file *tests_change(void);
const struct test_file *tests_connection(void);
const struct test_file *tests_migrate(void);
const struct test_file *tests_races(void);
const struct test_file *tests_transaction(void);
const struct test_file *tests_value(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_change, tests_connection,  tests_migrate,
							  tests_races,  tests_transaction, tests_value};

	return test_run("db", files, sizeof files / sizeof *files);
}
