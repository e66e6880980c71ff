/* SPDX-License-Identifier: MIT */
/*
 * Bounds how many workers of a pool hash passwords at once (berth/auth/throttle.h): fcgi/semaphore.h with the classes that
 * fcgi/sources.h gives.
 *
 * There is no bound while fcgi/sources.h has no suspicion of guessing. Under suspicion:
 * - `at_once` workers hash for all callers. As many more hash for known callers only: names at addresses from which they
 *   have signed in within 30 days.
 * - A caller whose source is in debt does not wait. Of other callers an eighth of the workers (at least one) may wait, for
 *   3 s at most; another eighth may wait for known callers. So a pool of 4 workers or more keeps one for requests that need
 *   no hash.
 * - An address (IPv6: a /64) has one attempt at a time. A known caller competes with itself, not with its address.
 * A source whose debt exceeds SOURCES_DEBT_FREE is refused, and its password is not looked at.
 */
#ifndef BERTH_FCGI_THROTTLE_H
#define BERTH_FCGI_THROTTLE_H

#include "berth/auth/throttle.h"

/*
 * Returns this worker's throttle, of which there is one in a process. `at_once` 0 stands for a quarter of the workers, at
 * least one.
 */
const struct throttle *fcgi_throttle(unsigned at_once);

#endif
