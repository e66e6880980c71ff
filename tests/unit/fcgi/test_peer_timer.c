/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/peer_timer.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lib/test.h"

static int ends[2]; /* ours, the peer's */
static char bytes[1 << 20];

/* A connection of a peer that must move `rate` bytes a second and may be silent for `silence_ms`; nobody sheds. */
static void given(int64_t silence_ms, uint64_t rate)
{
	const struct peer_rules rules = {.terms = {silence_ms, rate}, .share = 1, .listening = -1};

	ck_assert(peer_timer_install(&rules));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	peer_timer_begin(ends[0]);
}

static void done(void)
{
	peer_timer_end();
	(void)close(ends[0]);
	(void)close(ends[1]);
}

/* As libfcgi does: on and on, whatever a single call yields. */
static size_t read_in_a_loop(size_t len)
{
	size_t sum = 0;

	while (sum < len) {
		ssize_t got = read(ends[0], bytes, len - sum);

		if (got <= 0)
			break;
		sum += (size_t)got;
	}
	return sum;
}

START_TEST(a_read_from_a_silent_peer_ends)
{
	given(200, 4096);
	peer_timer_head_done();
	peer_timer_start(1);
	ck_assert(read(ends[0], bytes, 1) < 0 && errno == EAGAIN);
	peer_timer_stop(0);
	ck_assert_int_eq(peer_timer_verdict(), PEER_LATE);
	done();
}
END_TEST

START_TEST(a_loop_of_reads_ends_though_each_gets_a_byte)
{
	given(200, 4096);
	peer_timer_head_done();
	ck_assert_int_eq(write(ends[1], bytes, 10), 10);
	peer_timer_start(100);
	ck_assert_uint_eq(read_in_a_loop(100), 10);
	peer_timer_stop(10);
	ck_assert_int_eq(peer_timer_verdict(), PEER_LATE);
	done();
}
END_TEST

START_TEST(a_write_to_a_peer_that_does_not_read_ends)
{
	given(200, 1 << 20);
	peer_timer_head_done();
	peer_timer_start(sizeof bytes);
	while (write(ends[0], bytes, sizeof bytes) > 0)
		;
	ck_assert_int_eq(errno, EAGAIN);
	peer_timer_stop(0);
	ck_assert_int_eq(peer_timer_verdict(), PEER_LATE);
	done();
}
END_TEST

/* The reply to a late body: the next operation may wait again. */
START_TEST(after_a_late_read_a_write_is_whole)
{
	given(200, 4096);
	peer_timer_head_done();
	peer_timer_start(1);
	ck_assert_int_lt(read(ends[0], bytes, 1), 0);
	peer_timer_stop(0);
	peer_timer_start(5);
	ck_assert_int_eq(write(ends[0], "reply", 5), 5);
	peer_timer_stop(5);
	ck_assert_int_eq(peer_timer_verdict(), PEER_IN_TIME);
	ck_assert_int_eq(read(ends[1], bytes, sizeof bytes), 5);
	done();
}
END_TEST

START_TEST(a_head_that_does_not_come_ends_the_connection)
{
	given(200, 4096);
	peer_timer_start(0);
	ck_assert_int_eq(read(ends[0], bytes, 1), 0);
	ck_assert_int_eq(read(ends[0], bytes, 1), 0);
	peer_timer_stop(0);
	ck_assert(send(ends[1], "x", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	done();
}
END_TEST

START_TEST(what_never_waits_takes_what_is_there)
{
	given(60000, 1);
	peer_timer_head_done();
	ck_assert_int_eq(write(ends[1], bytes, 10), 10);
	peer_timer_never_wait();
	ck_assert_uint_eq(read_in_a_loop(100), 10);
	done();
}
END_TEST

TEST_FILE(peer_timer, a_read_from_a_silent_peer_ends, a_loop_of_reads_ends_though_each_gets_a_byte,
	  a_write_to_a_peer_that_does_not_read_ends, after_a_late_read_a_write_is_whole,
	  a_head_that_does_not_come_ends_the_connection, what_never_waits_takes_what_is_there)
