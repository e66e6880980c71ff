/* SPDX-License-Identifier: MIT */
/* Connections whose reply is sent and which the web server has not closed yet. */
#include "berth/fcgi/linger.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 16 /* reads of one connection in a row: a fast sender must not keep the worker */
#define END_STEP_MS 10

static void linger_drop(struct lingering *linger, size_t at)
{
	(void)close(linger->closing[at].fd);
	linger->count--;
	memmove(&linger->closing[at], &linger->closing[at + 1], (linger->count - at) * sizeof linger->closing[0]);
}

/* Returns false when the web server has closed. */
static bool linger_discard(int fd)
{
	static char discarded[16 << 10];
	ssize_t got = 1;

	for (int i = 0; i < ROUNDS && got > 0; i++)
		got = recv(fd, discarded, sizeof discarded, MSG_DONTWAIT);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

void linger_add(struct lingering *linger, int fd, int64_t now_ms)
{
	if (shutdown(fd, SHUT_WR) != 0 || !linger_discard(fd)) {
		(void)close(fd);
		return;
	}
	if (linger->count == LINGER_MAX)
		linger_drop(linger, 0);
	linger->closing[linger->count].fd = fd;
	linger->closing[linger->count++].until_ms = now_ms + LINGER_MS;
}

bool linger_tend(struct lingering *linger, int64_t now_ms)
{
	for (size_t i = linger->count; i-- > 0;)
		if (now_ms > linger->closing[i].until_ms || !linger_discard(linger->closing[i].fd))
			linger_drop(linger, i);
	return linger->count > 0;
}

void linger_end(struct lingering *linger)
{
	for (int waited = 0; waited < LINGER_END_MS && linger_tend(linger, 0); waited += END_STEP_MS)
		(void)poll(NULL, 0, END_STEP_MS);
	while (linger->count > 0)
		linger_drop(linger, 0);
}
