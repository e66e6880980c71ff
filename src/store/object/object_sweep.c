/* SPDX-License-Identifier: MIT */
/*
 * What uploads left behind on the service: objects below berth/uploads and unfinished uploads, and files in the local spool.
 *
 * A staging key names its session, which is asked for. An upload to a blob's key does not: it goes when it is older than a
 * session may rest plus the time that sending its parts may have taken before the session's row was last written.
 */
#include <string.h>
#include <time.h>

#include "berth/store/layout.h"
#include "../spool/folder_priv.h"
#include "object_priv.h"

#define SENDING_S ((int64_t)24 * 3600)
#define AT_ONCE 64 /* found before any is removed, so that a listing is not changed while it is read */

struct found {
	const char *key;
	const char *id; /* of an unfinished upload; NULL: an object */
	uint64_t size;
};

struct sweep {
	struct object_service *service;
	int64_t age;
	bool dry_run;
	store_claimed_fn *claimed;
	void *context;
	struct store_swept *out;
	struct error *error;
	const char *prefix; /* of what is being listed */
	bool unfinished;    /* uploads are listed, not objects */
	bool staging;       /* keys there name their session */
	struct arena *batch;
	struct found found[AT_ONCE];
	size_t count, removed; /* of this batch */
	bool refused;          /* something was left that may not be removed */
};

static bool sweep_takes(const struct sweep *sweep, const char *key, int64_t age)
{
	size_t front = strlen(sweep->prefix);
	char id[UUID_TEXT_MAX];

	if (!sweep->staging)
		return age > sweep->age + (sweep->age < SENDING_S ? sweep->age : SENDING_S);
	return age > sweep->age && strlen(key) > front && layout_upload_session(id, key + front) &&
	       !sweep->claimed(sweep->context, id);
}

static bool sweep_note(struct sweep *sweep, const char *key, const char *id, uint64_t size)
{
	if (sweep->dry_run) {
		sweep->out->count++;
		sweep->out->bytes += size;
		return true;
	}
	sweep->found[sweep->count++] =
		(struct found){arena_strdup(sweep->batch, key), id ? arena_strdup(sweep->batch, id) : NULL, size};
	return sweep->count < AT_ONCE;
}

static bool sweep_key(void *context, const char *key, uint64_t size, int64_t age)
{
	struct sweep *sweep = context;

	return !sweep_takes(sweep, key, age) || sweep_note(sweep, key, NULL, size);
}

static bool sweep_unfinished(void *context, const struct object_upload *upload, int64_t age)
{
	struct sweep *sweep = context;

	return !sweep_takes(sweep, upload->key, age) || sweep_note(sweep, upload->key, upload->id, 0);
}

static bool remove_one(const struct sweep *sweep, const struct found *found, struct error *error)
{
	struct object_service *service = sweep->service;

	if (found->id)
		return service->ops->abandon(service, &(struct object_upload){found->key, found->id}, NULL, 0, sweep->batch,
					     error);
	return service->ops->remove(service, found->key, sweep->batch, error);
}

/* What the service refuses (a lock, a policy) does not keep the others; when it cannot do its work, that is the end. */
static bool remove_found(struct sweep *sweep)
{
	struct error error;

	for (size_t i = 0; i < sweep->count; i++) {
		error_init(&error, sweep->batch);
		if (remove_one(sweep, &sweep->found[i], &error)) {
			sweep->removed++;
			sweep->out->bytes += sweep->found[i].size;
		} else if (error_code(&error) == E_UNAVAILABLE) {
			return error_unavailable(sweep->error, 0);
		} else {
			sweep->refused = true;
		}
	}
	sweep->out->count += sweep->removed;
	return true;
}

static bool sweep_batch(void *object, struct arena *arena)
{
	struct sweep *sweep = object;
	const struct object_service_ops *ops = sweep->service->ops;

	sweep->batch = arena;
	sweep->count = sweep->removed = 0;
	return (sweep->unfinished
			? ops->list_unfinished(sweep->service, sweep->prefix, sweep_unfinished, sweep, arena, sweep->error)
			: ops->list(sweep->service, sweep->prefix, sweep_key, sweep, arena, sweep->error)) &&
	       remove_found(sweep);
}

/* Until a listing finds less than a handful, or what it finds stays: what is removed does not come again. */
static bool sweep_listing(struct sweep *sweep, struct object_store *objects, bool unfinished)
{
	sweep->unfinished = unfinished;
	do {
		if (!object_guard(objects, sweep_batch, sweep, sweep->error))
			return false;
	} while (sweep->count == AT_ONCE && sweep->removed > 0);
	return true;
}

static bool sweep_service(struct sweep *sweep, struct object_store *objects, struct arena *arena)
{
	bool lists = object_ops(objects)->list_unfinished != NULL;

	sweep->prefix = object_uploads_key(objects, "", arena);
	sweep->staging = true;
	if (!sweep_listing(sweep, objects, false) || (lists && !sweep_listing(sweep, objects, true)))
		return false;
	sweep->prefix = arena_printf(arena, "%s" LAYOUT_BLOBS "/", objects->prefix);
	sweep->staging = false;
	if (lists && !sweep_listing(sweep, objects, true))
		return false;
	return !sweep->refused || error_set(sweep->error, E_UNKNOWN);
}

bool object_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
		  struct store_swept *out, struct arena *arena, struct error *error)
{
	struct object_store *objects = objects_of(store);
	struct sweep sweep = {.service = objects->service,
			      .age = age,
			      .dry_run = dry_run,
			      .claimed = claimed,
			      .context = context,
			      .out = out,
			      .error = error};
	struct folder_sweep local = {time(NULL) - (time_t)age, dry_run, NULL, NULL};
	bool ok;

	*out = (struct store_swept){0, 0};
	ok = sweep_service(&sweep, objects, arena);
	return folder_sweep(objects->spool.folder, objects->spool.path, &local, out, error) && ok;
}
