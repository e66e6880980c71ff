/* SPDX-License-Identifier: MIT */
/*
 * How long a worker waits for the peer of a connection. Pure arithmetic on milliseconds and bytes.
 *
 * The peer has a credit of time. Waiting uses the credit up, and bytes earn it back at the least rate; it never exceeds the
 * longest silence. So a peer may pause for `silence_ms`, and on average it must move `rate` bytes a second.
 *
 * The debt says by how much the peer is slower than PACE_QUICK: the time that the worker waited, less the time that the
 * bytes take at PACE_QUICK bytes a second.
 */
#ifndef BERTH_FCGI_PACE_H
#define BERTH_FCGI_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_QUICK ((uint64_t)1 << 20) /* bytes a second of a peer without debt */

struct pace_terms {
	int64_t silence_ms; /* longest time without a byte */
	uint64_t rate;      /* least bytes a second; 0 for none */
};

struct pace {
	struct pace_terms terms;
	int64_t credit_ms;
	int64_t debt_ms;
};

/* Starts a new connection: full credit, no debt. */
void pace_begin(struct pace *pace, struct pace_terms terms);

/* Returns the milliseconds that an operation of `bytes` bytes may take. */
int64_t pace_allows(const struct pace *pace, size_t bytes);

/* Accounts for an operation that has taken `ms` milliseconds and moved `bytes` bytes. */
void pace_moved(struct pace *pace, int64_t ms, size_t bytes);

/* Returns the debt while an operation has lasted for `ms` milliseconds and moved nothing yet. */
int64_t pace_debt(const struct pace *pace, int64_t ms);

#endif
