/* SPDX-License-Identifier: MIT */
/*
 * How fast the peer of a connection is, and how long a worker waits for it. Pure arithmetic on milliseconds and bytes.
 *
 * The peer has a credit of time. Waiting uses it up, bytes earn it back at the least rate, and it never exceeds the
 * longest silence. So a peer may pause for `silence_ms`, and on average it must move `rate` bytes a second.
 *
 * The debt compares the peer with a quick one: how much longer the worker waited than PACE_QUICK bytes a second take.
 */
#ifndef BERTH_FCGI_PACE_H
#define BERTH_FCGI_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_QUICK ((uint64_t)1 << 20) /* bytes a second of a peer that owes nothing */

struct pace_terms {
	int64_t silence_ms; /* longest pause */
	uint64_t rate;      /* least bytes a second; 0 for none */
};

struct pace {
	struct pace_terms terms;
	int64_t credit_ms;
	int64_t debt_ms;
};

/* A new connection: full credit, no debt. */
void pace_begin(struct pace *pace, struct pace_terms terms);

/* Milliseconds that an operation of `bytes` bytes may take. */
int64_t pace_allows(const struct pace *pace, size_t bytes);

/* An operation has taken `ms` and moved `bytes` bytes. */
void pace_moved(struct pace *pace, int64_t ms, size_t bytes);

/* The debt when an operation that has moved nothing yet has lasted for `ms`. */
int64_t pace_debt(const struct pace *pace, int64_t ms);

#endif
