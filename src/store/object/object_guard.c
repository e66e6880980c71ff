/* SPDX-License-Identifier: MIT */
/* The memory of one batch of requests. */
#include "object_priv.h"

#include "berth/base/log.h"

bool object_guard(struct object_store *objects, object_batch_fn *work, void *batch, struct error *error)
{
	struct arena *arena = &objects->batch;
	bool ok;

	arena_clear(arena); /* a jump of the caller's arena may have left the last batch in it */
	if (setjmp(arena->on_exhausted) == 0) {
		arena->armed = true;
		ok = work(batch, arena);
	} else {
		log_error("storage: %s: one batch of requests needs more than %zu MiB", objects->service->ops->name,
			  OBJECT_BATCH_MEMORY >> 20);
		ok = error_unavailable(error, 0);
	}
	arena_clear(arena);
	return ok;
}
