/* SPDX-License-Identifier: MIT */
/* The statuses of Swift, which has no error codes. */
#ifndef BERTH_STORE_SWIFT_REFUSAL_PRIV_H
#define BERTH_STORE_SWIFT_REFUSAL_PRIV_H

#include "../service/service_priv.h"

extern const struct refusal_table swift_refusals;
extern const struct refusal_table swift_sign_in_refusals;

/* Returns what a refusing answer says, in `arena`. */
struct service_words swift_read_words(const struct http_exchange *exchange, struct arena *arena);

#endif
