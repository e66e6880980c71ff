/* SPDX-License-Identifier: MIT */
#include "berth/base/pause.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "../../lib/test.h"

#define LONG_MS 600000 /* far above the time limit of a test */

static volatile sig_atomic_t received;

static void on_signal(int number)
{
	received = number;
}

static void block(int number)
{
	struct sigaction action = {.sa_handler = on_signal};
	sigset_t set;

	sigaction(number, &action, NULL);
	sigemptyset(&set);
	sigaddset(&set, number);
	ck_assert_int_eq(sigprocmask(SIG_BLOCK, &set, NULL), 0);
}

START_TEST(an_end_signal_that_is_pending_ends_the_wait)
{
	const int numbers[] = {SIGTERM, SIGQUIT};
	sigset_t mask;

	for (int i = 0; i < 2; i++) {
		block(numbers[i]);
		raise(numbers[i]);
		ck_assert_int_ne(received, numbers[i]);
		pause_ms(LONG_MS);
		ck_assert_int_eq(received, numbers[i]);
		ck_assert_int_eq(sigprocmask(SIG_BLOCK, NULL, &mask), 0);
		ck_assert_int_eq(sigismember(&mask, numbers[i]), 1);
	}
}
END_TEST

START_TEST(a_wait_for_a_descriptor_ends_with_it_or_with_a_signal)
{
	struct pollfd waiting = {.events = POLLIN};
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	waiting.fd = ends[0];
	ck_assert_int_eq(pause_poll(&waiting, 1, 1), 0);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	ck_assert_int_eq(pause_poll(&waiting, 1, LONG_MS), 1);
	ck_assert_int_eq(waiting.revents, POLLIN);
	waiting.fd = -1;
	block(SIGTERM);
	raise(SIGTERM);
	ck_assert_int_eq(pause_poll(&waiting, 1, LONG_MS), -1);
	ck_assert_int_eq(errno, EINTR);
}
END_TEST

START_TEST(another_blocked_signal_does_not_get_through)
{
	block(SIGUSR1);
	raise(SIGUSR1);
	pause_ms(1);
	ck_assert_int_eq(received, 0);
}
END_TEST

TEST_FILE(pause, an_end_signal_that_is_pending_ends_the_wait, a_wait_for_a_descriptor_ends_with_it_or_with_a_signal,
	  another_blocked_signal_does_not_get_through)
