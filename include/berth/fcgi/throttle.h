/* SPDX-License-Identifier: MIT */
/*
 * Turns at hashing passwords among the workers of one pool: fcgi/semaphore.h with the classes that fcgi/sources.h knows.
 *
 * While nobody guesses there is no bound. While somebody does:
 * - `at_once` workers hash for everybody, and as many again for callers that are known: names at addresses from which they
 *   have signed in within 30 days.
 * - Callers of an address that has failed lately, or hammers, never wait. Of others an eighth of the workers (one at least)
 *   waits, 3 s at most, and as many again of those that are known from 8 workers on. So with 4 workers or more one is left
 *   for requests that need no hash.
 * - An address (IPv6: a /64) has one attempt at a time. A known caller competes with itself, not with its address.
 * A source whose debt is above SOURCES_DEBT_FREE is turned away without a look at the password.
 */
#ifndef BERTH_FCGI_THROTTLE_H
#define BERTH_FCGI_THROTTLE_H

#include "berth/auth/throttle.h"

/* For a worker: one of these at a time. `at_once` 0 stands for a quarter of the workers, one at least. */
const struct throttle *fcgi_throttle(unsigned at_once);

#endif
