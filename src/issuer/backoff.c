/* SPDX-License-Identifier: MIT */
/* The wait after wrong passwords. */
#include "berth/issuer/backoff.h"

/* How many times `free` a key may fail without a wait. */
static const int64_t patience[META_KEYS] = {[META_KEY_PAIR] = 1, [META_KEY_ADDRESS] = 4, [META_KEY_ACCOUNT] = 20};

#define DOUBLINGS_MAX 30 /* beyond `longest`, whatever `first` is */
#define MS_PER_S 1000

int64_t backoff_wait(const struct backoff *backoff, const struct meta_login *login)
{
	int64_t longest = 0;

	for (int key = 0; key < META_KEYS; key++) {
		const struct meta_failures *failures = &login->failures[key];
		int64_t beyond = failures->count - patience[key] * backoff->free, wait;

		if (beyond < 0 || failures->age >= backoff->forget * MS_PER_S || (login->known && key != META_KEY_PAIR))
			continue;
		wait = backoff->first << (beyond < DOUBLINGS_MAX ? beyond : DOUBLINGS_MAX);
		wait = (wait < backoff->longest ? wait : backoff->longest) * MS_PER_S - failures->age;
		if (wait > longest)
			longest = wait;
	}
	return (longest + MS_PER_S - 1) / MS_PER_S;
}
