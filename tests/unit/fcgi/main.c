/* SPDX-License-Identifier: MIT */
/* The unit tests of what the FastCGI programs share; the master is tested from outside, tests/fcgi. */
#include "../../lib/test.h"

const struct test_file *tests_semaphore(void), *tests_linger(void), *tests_pace(void), *tests_peer_timer(void),
	*tests_shed(void), *tests_sources(void);

int main(void)
{
	const struct test_file *(*const files[])(void) = {tests_semaphore,  tests_linger, tests_pace,
							  tests_peer_timer, tests_shed,   tests_sources};

	return test_run("fcgi", files, sizeof files / sizeof *files);
}
