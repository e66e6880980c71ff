/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/linger.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../lib/test.h"

static struct lingering lingering;

/* A connection that lingers since the moment 0; the web server's end is returned. */
static int add(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	ck_assert_int_eq(write(ends[0], "reply", 5), 5);
	linger_add(&lingering, ends[0], 0);
	return ends[1];
}

static bool reads_reply(int fd)
{
	char text[8];

	return read(fd, text, sizeof text) == 5 && memcmp(text, "reply", 5) == 0 && read(fd, text, sizeof text) == 0;
}

START_TEST(the_web_server_may_go_on_sending_and_then_reads_the_reply)
{
	static char body[64 << 10];
	int fd = add();

	for (int i = 0; i < 20; i++) {
		ck_assert_int_eq(send(fd, body, sizeof body, MSG_DONTWAIT | MSG_NOSIGNAL), sizeof body);
		ck_assert(linger_tend(&lingering, 1));
	}
	ck_assert(reads_reply(fd));
	(void)close(fd);
	ck_assert(!linger_tend(&lingering, 1));
}
END_TEST

START_TEST(a_connection_ends_when_its_time_is_over)
{
	int fd = add();

	ck_assert(linger_tend(&lingering, LINGER_MS));
	ck_assert(!linger_tend(&lingering, LINGER_MS + 1));
	ck_assert(send(fd, "x", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	(void)close(fd);
}
END_TEST

START_TEST(a_connection_that_has_ended_already_is_closed_at_once)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	(void)close(ends[1]);
	linger_add(&lingering, ends[0], 0);
	ck_assert_uint_eq(lingering.count, 0);
	ck_assert(close(ends[0]) != 0 && errno == EBADF);
}
END_TEST

START_TEST(the_oldest_connection_makes_room)
{
	int fds[LINGER_MAX + 1];

	for (size_t i = 0; i <= LINGER_MAX; i++)
		fds[i] = add();
	ck_assert_uint_eq(lingering.count, LINGER_MAX);
	ck_assert(send(fds[0], "x", 1, MSG_NOSIGNAL) < 0 && errno == EPIPE);
	ck_assert_int_eq(send(fds[1], "x", 1, MSG_NOSIGNAL), 1);
	linger_end(&lingering);
	ck_assert_uint_eq(lingering.count, 0);
	for (size_t i = 0; i <= LINGER_MAX; i++)
		(void)close(fds[i]);
}
END_TEST

TEST_FILE(linger, the_web_server_may_go_on_sending_and_then_reads_the_reply, a_connection_ends_when_its_time_is_over,
	  a_connection_that_has_ended_already_is_closed_at_once, the_oldest_connection_makes_room)
