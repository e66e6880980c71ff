/* SPDX-License-Identifier: MIT */
/*
 * Ends blocking operations on a worker's connection when its peer is too slow.
 *
 * libfcgi reads and writes in loops of its own, so a timeout on the socket (SO_RCVTIMEO) is no bound: each byte starts
 * it anew. A timer signal that sets O_NONBLOCK is one, because the flag stays: the call that waits now fails, and so
 * does each later one, wherever in its loop libfcgi is. While the head of a request is read, libfcgi may also wait for
 * the peer to close; there the handler shuts the socket down, which ends that loop too.
 *
 * The process has one thread and one connection at a time. The signal is SIGRTMIN; it is never delivered outside
 * of an operation.
 */
#ifndef BERTH_FCGI_PEER_TIMER_H
#define BERTH_FCGI_PEER_TIMER_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/fcgi/pace.h"

enum peer_verdict {
	PEER_IN_TIME,
	PEER_LATE, /* below the least rate, or silent for too long */
	PEER_SHED, /* too many slow peers hold workers, and a connection waits */
};

/* The rules of a pool. */
struct peer_rules {
	struct pace_terms terms;
	unsigned share; /* workers that slow peers may hold while connections wait */
	int listening;  /* where connections wait */
};

/* Once in each worker. False, and logged: there is no timer. */
bool peer_timer_install(const struct peer_rules *rules);

/* A new connection. Its head is read next: until peer_timer_head_done an expiry shuts the socket down. */
void peer_timer_begin(int fd);
void peer_timer_head_done(void);

/* Brackets a blocking operation that moves up to `bytes` bytes; `moved` is what it moved. */
void peer_timer_start(size_t bytes);
void peer_timer_stop(size_t moved);

/* The operation goes on with a step that may last for `ms` from now. */
void peer_timer_hasten(int64_t ms);

/* Makes operations on the connection fail where they would wait, until the next peer_timer_start. */
void peer_timer_never_wait(void);

/* Why the last operation ended. */
enum peer_verdict peer_timer_verdict(void);

/* The connection is no longer the worker's. */
void peer_timer_end(void);

#endif
