/* SPDX-License-Identifier: MIT */
#include "berth/base/log_repeats.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

/* What the flush wrote: every test is a process of its own, so the table and this begin empty. */
static unsigned total, calls;
static char last[512];

static void collect(unsigned more, unsigned seconds, const char *text)
{
	ck_assert_uint_ge(seconds, 1);
	total += more;
	calls++;
	(void)snprintf(last, sizeof last, "%s", text);
}

START_TEST(without_shared_memory_every_line_is_written)
{
	for (int i = 0; i < 3; i++)
		ck_assert(log_repeats_first("192.0.2.1", "kind", "text"));
}
END_TEST

START_TEST(the_same_line_of_a_peer_is_written_once_and_counted)
{
	log_repeats_share();
	ck_assert(log_repeats_first("192.0.2.1", "kind", "text"));
	for (int i = 0; i < 9000; i++)
		ck_assert(!log_repeats_first("192.0.2.1", "kind", "text"));
	ck_assert(log_repeats_first("192.0.2.2", "kind", "text"));
	ck_assert(log_repeats_first("192.0.2.1", "another kind", "another text"));
	log_repeats_flush(false, collect);
	ck_assert_uint_eq(calls, 0); /* the period is not over */
	log_repeats_flush(true, collect);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(total, 9000);
	ck_assert_str_eq(last, "text");
	ck_assert(!log_repeats_first("192.0.2.1", "kind", "text")); /* it goes on: the count is enough */
	ck_assert(log_repeats_first("192.0.2.2", "kind", "text"));  /* it had ended */
}
END_TEST

START_TEST(a_peer_has_few_different_lines_of_a_kind)
{
	unsigned written = 0;
	char text[32];

	log_repeats_share();
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(text, sizeof text, "refused for user%d", i % 1000);
		written += log_repeats_first("192.0.2.1", "refused for %s", text);
	}
	ck_assert_uint_eq(written, LOG_REPEATS_TEXTS);
	log_repeats_flush(true, collect);
	ck_assert_uint_le(calls, LOG_REPEATS_TEXTS + 2);
	ck_assert_uint_eq(total, 5000 - LOG_REPEATS_TEXTS);
	ck_assert(log_repeats_first("192.0.2.1", "refused for %s", "refused for another"));
}
END_TEST

START_TEST(many_peers_together_have_few_lines_of_a_kind)
{
	unsigned written = 0;
	char peer[32];

	log_repeats_share();
	for (int i = 0; i < 5000; i++) {
		(void)snprintf(peer, sizeof peer, "2001:db8:0:%x::/64", i);
		written += log_repeats_first(peer, "refused", "refused");
	}
	ck_assert_uint_eq(written, LOG_REPEATS_LINES);
	log_repeats_flush(true, collect);
	ck_assert_uint_eq(calls, 1);
	ck_assert_uint_eq(total, 5000 - LOG_REPEATS_LINES);
}
END_TEST

START_TEST(processes_share_the_counts)
{
	pid_t pid;
	int status;

	log_repeats_share();
	pid = fork();
	if (pid == 0)
		_exit(log_repeats_first("192.0.2.1", "kind", "text") ? 0 : 1);
	ck_assert(waitpid(pid, &status, 0) == pid && status == 0);
	ck_assert(!log_repeats_first("192.0.2.1", "kind", "text"));
}
END_TEST

TEST_FILE(log_repeats, without_shared_memory_every_line_is_written, the_same_line_of_a_peer_is_written_once_and_counted,
	  a_peer_has_few_different_lines_of_a_kind, many_peers_together_have_few_lines_of_a_kind,
	  processes_share_the_counts)
