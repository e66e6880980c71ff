/* SPDX-License-Identifier: MIT */
/*
 * Ends blocking operations on a worker's connection when the peer is too slow.
 *
 * libfcgi reads and writes in loops of its own. A timeout of the socket (SO_RCVTIMEO) does not bound them, because each
 * byte starts it anew. A timer signal that sets O_NONBLOCK does, because the flag stays: the call that waits fails, and so
 * does each later call of the loop. While the head of a request is read, libfcgi may also wait for the peer to close; then
 * the signal handler shuts the socket down, which ends that loop, too.
 *
 * The process has one thread and one connection at a time. The signal is SIGRTMIN. It arrives during an operation only.
 */
#ifndef BERTH_FCGI_PEER_TIMER_H
#define BERTH_FCGI_PEER_TIMER_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/fcgi/pace.h"

enum peer_verdict {
	PEER_IN_TIME,
	PEER_LATE, /* slower than the least rate, or silent for too long */
	PEER_SHED, /* one of too many slow peers, while a connection waits for a worker */
};

/* The rules of a pool for its peers. */
struct peer_rules {
	struct pace_terms terms;
	unsigned share; /* workers that slow peers may hold while connections wait */
	int listening;  /* the listening socket */
};

/* Makes the timer; once in each worker. Returns false, after a log line, when the kernel has none. */
bool peer_timer_install(const struct peer_rules *rules);

/* Starts with a new connection, whose head is read next: until peer_timer_head_done an expiry shuts the socket down. */
void peer_timer_begin(int fd);

/* Ends the reading of the head. */
void peer_timer_head_done(void);

/* Starts the time of a blocking operation that moves up to `bytes` bytes. Every start is followed by a stop. */
void peer_timer_start(size_t bytes);

/* Ends the operation, which moved `moved` bytes. */
void peer_timer_stop(size_t moved);

/* Within an operation: the rest of it may last for `ms` milliseconds from now. */
void peer_timer_hasten(int64_t ms);

/* Makes calls on the connection fail instead of wait, until the next peer_timer_start. */
void peer_timer_never_wait(void);

/* Returns why the last operation ended. */
enum peer_verdict peer_timer_verdict(void);

/* Ends with the connection, which is closed or handed over. */
void peer_timer_end(void);

#endif
