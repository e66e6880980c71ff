/* SPDX-License-Identifier: MIT */
/* Turns at hashing passwords among the workers of one pool, kept by its gate. */
#ifndef BERTH_FCGI_TURNS_H
#define BERTH_FCGI_TURNS_H

#include "berth/auth/turns.h"

/*
 * For a worker: one of these at a time. At most `at_once` workers hash, 0 for a quarter of them, one at least; half of them
 * may wait, 2 s at most, whoever comes then is turned away: with 4 workers or more one is left for those who need no hash.
 */
const struct turns *fcgi_turns(unsigned at_once);

#endif
