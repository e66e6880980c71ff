/* SPDX-License-Identifier: MIT */
/* Purging upload sessions that no client finishes. */
#include "berth/core/upload_purge.h"

#include "berth/base/uuid.h"
#include "berth/core/upload.h"
#include "berth/meta/upload.h"

#define CLAIM_MEMORY ((size_t)1 << 20)

struct stale {
	char id[UUID_TEXT_MAX];
	char path[256];
};

/* Finds the next stale session behind `stale`, which has memory of its own because cancelling clears the arena. */
static bool next_stale(const struct core *core, struct arena *arena, int64_t age, struct stale *stale, bool *found)
{
	struct error error;
	struct work work;
	struct meta_stale_upload next;
	bool ok;

	error_init(&error, arena);
	work = work_begin(core, &who_system, arena, &error);
	ok = meta_upload_stale(&work.meta, age, stale->id, found, &next);
	if (ok && *found) {
		(void)snprintf(stale->id, sizeof stale->id, "%.*s", SPAN_ARG(next.id));
		(void)snprintf(stale->path, sizeof stale->path, "%.*s", SPAN_ARG(next.path));
	}
	arena_clear(arena);
	return ok;
}

/* False only when the database or the store fails. A session that is gone, or in use by now, is left alone. */
static bool cancel(const struct core *core, struct arena *arena, const struct stale *stale)
{
	struct upload upload;
	struct error error;
	struct work work;
	bool ok;

	error_init(&error, arena);
	work = work_begin(core, &who_system, arena, &error);
	ok = upload_open(&work, span_of(stale->path), span_of(stale->id), UPLOAD_DROP, &upload) &&
	     upload_cancel(&work, &upload);
	if (!ok)
		ok = error_code(&error) == E_BLOB_UPLOAD_UNKNOWN || error_code(&error) == E_TOOMANYREQUESTS ||
		     error_code(&error) == E_BLOB_UPLOAD_INVALID;
	arena_clear(arena);
	return ok;
}

struct claims {
	const struct core *core;
	struct arena *arena;
};

static bool claimed(void *context, const char *id)
{
	const struct claims *claims = context;
	struct error error;
	struct work work;
	bool result = true;

	error_init(&error, claims->arena);
	work = work_begin(claims->core, &who_system, claims->arena, &error);
	(void)meta_upload_claimed(&work.meta, id, &result);
	arena_clear(claims->arena);
	return result;
}

bool upload_purge(const struct core *core, struct arena *arena, int64_t age, bool dry_run, purge_told_fn *tell,
		  void *context, struct purged *out)
{
	struct stale stale = {.id = "00000000-0000-0000-0000-000000000000"};
	struct arena for_claims; /* cleared for each claim, while the sweep goes on */
	struct claims claims = {core, &for_claims};
	struct error error;
	bool found, ok;

	*out = (struct purged){.sessions = 0};
	for (;;) {
		if (!next_stale(core, arena, age, &stale, &found))
			return false;
		if (!found)
			break;
		if (!dry_run && !cancel(core, arena, &stale))
			return false;
		out->sessions++;
		if (tell)
			tell(context, stale.id, stale.path);
	}
	arena_init(&for_claims, CLAIM_MEMORY);
	error_init(&error, arena);
	ok = store_sweep(core->store, age, dry_run, claimed, &claims, &out->swept, arena, &error);
	arena_release(&for_claims);
	arena_clear(arena);
	return ok;
}
