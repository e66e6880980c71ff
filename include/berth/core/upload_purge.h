/* SPDX-License-Identifier: MIT */
/* Purging upload sessions that no client finishes: `storage.maintenance.uploadpurging`. */
#ifndef BERTH_CORE_UPLOAD_PURGE_H
#define BERTH_CORE_UPLOAD_PURGE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/core/core.h"

struct purged {
	uint64_t sessions;
	struct store_swept swept; /* bytes without a session */
};

/* Is told of each session. */
typedef void purge_told_fn(void *context, const char *id, const char *path);

/*
 * Cancels each session that no request has written to for `age` seconds, under its lock, as who_system. Then removes bytes of that
 * age in the store that belong to no session. Safe beside requests and beside another node's purge. dry_run: only counts. `tell`
 * may be NULL. Clears `arena` as it goes. False when the database or the store failed; the log says how.
 */
bool upload_purge(const struct core *core, struct arena *arena, int64_t age, bool dry_run, purge_told_fn *tell,
		  void *context, struct purged *out);

#endif
