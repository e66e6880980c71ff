/* SPDX-License-Identifier: MIT */
/* Ending uploads that nobody finishes: `storage.maintenance.uploadpurging`. */
#ifndef BERTH_CORE_UPLOAD_PURGE_H
#define BERTH_CORE_UPLOAD_PURGE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/core/core.h"

struct purged {
	uint64_t sessions;
	struct store_swept swept; /* bytes without a session */
};

/*
 * Cancels each session that nobody wrote to for `age` seconds, under its lock, then sweeps the store of what older
 * uploads left behind. Safe beside requests and beside another node's purge. Clears `arena` as it goes; `tell`, if not
 * NULL, hears of every session. dry_run: counts only.
 */
typedef void purge_told_fn(void *context, const char *id, const char *path);
bool upload_purge(const struct core *core, struct arena *arena, int64_t age, bool dry_run, purge_told_fn *tell,
		  void *context, struct purged *out);

#endif
