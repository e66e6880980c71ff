/* SPDX-License-Identifier: MIT */
/* Lists of the container. */
#ifndef BERTH_STORE_SWIFT_LIST_PRIV_H
#define BERTH_STORE_SWIFT_LIST_PRIV_H

#include "swift_request_priv.h"

/* One object of a listing. */
typedef bool swift_entry_fn(void *context, const char *name, uint64_t size, int64_t age);

/*
 * Shows every object of the container whose name begins with `prefix` and comes after `marker`, page by page, until the visitor
 * returns false. Sizes are the listing's: a dynamic manifest has 0.
 */
bool swift_list(struct swift *swift, const char *prefix, const char *marker, swift_entry_fn *visit, void *context,
		struct arena *arena, struct error *error);

#endif
