/* SPDX-License-Identifier: MIT */
/*
 * Closes answered connections whose web server may still send the rest of a body.
 *
 * If a worker closed a connection while bytes are on the way, the web server's next write would fail, and Apache would drop
 * the reply that it has not read yet. So the worker shuts its sending side down. Between two requests and while it is idle,
 * it discards what still arrives, without waiting, until the web server closes. A worker keeps few such connections, each
 * for a limited time.
 */
#ifndef BERTH_FCGI_LINGER_H
#define BERTH_FCGI_LINGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINGER_MAX 32     /* when a worker has as many, the oldest is closed for the next one */
#define LINGER_MS 75000   /* Apache waits 60 s for a byte of its client */
#define LINGER_END_MS 500 /* for all connections together, when the worker leaves */

struct lingering {
	struct {
		int fd;
		int64_t until_ms;
	} closing[LINGER_MAX]; /* oldest first */
	size_t count;
};

/* Takes over the connection `fd`, whose reply has been sent. */
void linger_add(struct lingering *linger, int fd, int64_t now_ms);

/*
 * Discards what has arrived on all connections, and closes those that have ended or whose time is over. Returns true while
 * connections are left.
 */
bool linger_tend(struct lingering *linger, int64_t now_ms);

/* Waits for the web servers for LINGER_END_MS at most, then closes all connections: the worker leaves. */
void linger_end(struct lingering *linger);

#endif
