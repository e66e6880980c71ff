/* SPDX-License-Identifier: MIT */
/*
 * Closes answered connections whose web server may still send the rest of a body.
 *
 * A close with bytes on the way breaks the web server's next write, and Apache then drops the reply that it has not read
 * yet. So the sending side is shut down, and what still arrives is thrown away without waiting, between two requests and
 * while the worker is idle, until the web server closes. A worker keeps few such connections, each for a limited time.
 */
#ifndef BERTH_FCGI_LINGER_H
#define BERTH_FCGI_LINGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINGER_MAX 32     /* the oldest makes room for the next one */
#define LINGER_MS 75000   /* Apache waits 60 s for a byte of its client */
#define LINGER_END_MS 500 /* for all of them together when the worker leaves */

struct lingering {
	struct {
		int fd;
		int64_t until_ms;
	} closing[LINGER_MAX]; /* oldest first */
	size_t count;
};

/* Takes the connection over. */
void linger_add(struct lingering *linger, int fd, int64_t now_ms);

/* Throws away what has arrived and closes what has ended, or whose time is over. True: some are left. */
bool linger_tend(struct lingering *linger, int64_t now_ms);

/* The worker leaves: waits for the web server for a moment, then closes all. */
void linger_end(struct lingering *linger);

#endif
