/* SPDX-License-Identifier: MIT */
/*
 * How long a sign-in with a password has to wait after wrong ones.
 *
 * A wrong password is counted under three keys: the pair of name and address, the address, the account's name. A key may
 * fail `free` times, an address 4 times and a name 20 times as often. After that many failures the next attempt waits
 * `first` seconds from the last failure; each further failure doubles the wait, up to `longest`. The keys of address and
 * name do not hold up an account at an address from which it has signed in within 30 days, so that an attacker cannot lock
 * the account out where it is used. A key counts no more `forget` seconds after its last failure.
 */
#ifndef BERTH_ISSUER_BACKOFF_H
#define BERTH_ISSUER_BACKOFF_H

#include <stdint.h>

#include "berth/meta/login.h"

/* Times in seconds. */
struct backoff {
	int64_t free; /* failures of a pair without a wait */
	int64_t first;
	int64_t longest;
	int64_t forget;
};

/* Returns the seconds before the next attempt, rounded up; 0: the attempt may be made now. */
int64_t backoff_wait(const struct backoff *backoff, const struct meta_login *login);

#endif
