/* SPDX-License-Identifier: MIT */
/*
 * What uploads left behind on the service: objects below berth/uploads and unfinished uploads, and files in the local spool.
 *
 * A staging key names its session, which is asked for. An upload to a blob's key does not: it goes when it is older than a
 * session may rest plus the time that sending its parts may have taken before the session's row was last written.
 */
#include <string.h>
#include <time.h>

#include "berth/store/fs.h"
#include "../spool/folder_priv.h"
#include "../fs/fs_path.h"
#include "object_priv.h"

#define SENDING_S ((int64_t)24 * 3600)
#define AT_ONCE 64 /* found before any is removed, so that a listing is not changed while it is read */

struct found {
	const char *key;
	const char *id; /* of an unfinished upload; NULL: an object */
	uint64_t size;
};

struct sweep {
	struct object_store *objects;
	int64_t age;
	bool dry_run;
	store_claimed_fn *claimed;
	void *context;
	struct store_swept *out;
	struct error *error;
	const char *prefix; /* of what is being listed */
	bool staging;       /* keys there name their session */
	struct found found[AT_ONCE];
	size_t count;
	bool refused; /* something was left that may not be removed */
};

static bool session_of(const struct sweep *sweep, const char *key, char id[static UUID_TEXT_MAX])
{
	size_t front = strlen(sweep->prefix);

	return strlen(key) > front && fs_upload_session(id, key + front);
}

static bool is_left_behind(const struct sweep *sweep, const char *key, int64_t age)
{
	char id[UUID_TEXT_MAX];

	if (sweep->staging)
		return age > sweep->age && session_of(sweep, key, id) && !sweep->claimed(sweep->context, id);
	return age > sweep->age + (sweep->age < SENDING_S ? sweep->age : SENDING_S);
}

static bool note(struct sweep *sweep, const char *key, const char *id, uint64_t size)
{
	struct arena *arena = &sweep->objects->arena;

	if (sweep->dry_run) {
		sweep->out->count++;
		sweep->out->bytes += size;
		return true;
	}
	sweep->found[sweep->count++] = (struct found){arena_strdup(arena, key), id ? arena_strdup(arena, id) : NULL, size};
	return sweep->count < AT_ONCE;
}

static bool visit_key(void *context, const char *key, uint64_t size, int64_t age)
{
	struct sweep *sweep = context;

	return !is_left_behind(sweep, key, age) || note(sweep, key, NULL, size);
}

static bool visit_unfinished(void *context, const struct object_upload *upload, int64_t age)
{
	struct sweep *sweep = context;

	return !is_left_behind(sweep, upload->key, age) || note(sweep, upload->key, upload->id, 0);
}

static bool list_keys(void *object)
{
	struct sweep *sweep = object;
	struct object_service *service = sweep->objects->service;

	return service->ops->list(service, sweep->prefix, visit_key, sweep, &sweep->objects->batch, sweep->error);
}

static bool list_unfinished(void *object)
{
	struct sweep *sweep = object;
	struct object_service *service = sweep->objects->service;

	return service->ops->list_unfinished(service, sweep->prefix, visit_unfinished, sweep, &sweep->objects->batch,
					     sweep->error);
}

static bool remove_one(struct sweep *sweep, const struct found *found, struct error *error)
{
	struct object_service *service = sweep->objects->service;
	struct arena *arena = &sweep->objects->arena;

	if (found->id)
		return service->ops->abandon(service, &(struct object_upload){found->key, found->id}, NULL, 0, arena,
					     error);
	return service->ops->remove(service, found->key, arena, error);
}

/* What the service refuses (a lock, a policy) does not keep the others; when it cannot do its work, that is the end. */
static bool remove_found(struct sweep *sweep, size_t *removed)
{
	struct error error;

	*removed = 0;
	for (size_t i = 0; i < sweep->count; i++) {
		error_init(&error, &sweep->objects->arena);
		if (remove_one(sweep, &sweep->found[i], &error)) {
			*removed += 1;
			sweep->out->bytes += sweep->found[i].size;
		} else if (error_code(&error) == E_UNAVAILABLE) {
			return error_unavailable(sweep->error, 0);
		} else {
			sweep->refused = true;
		}
	}
	sweep->out->count += *removed;
	return true;
}

/* Until a listing finds less than a handful, or what it finds stays: what is removed does not come again. */
static bool empty(struct sweep *sweep, object_work_fn *list)
{
	size_t removed;

	do {
		sweep->count = 0;
		if (!object_guard(&sweep->objects->batch, list, sweep, sweep->error) || !remove_found(sweep, &removed))
			return false;
	} while (sweep->count == AT_ONCE && removed > 0);
	return true;
}

static bool sweep_service(void *object)
{
	struct sweep *sweep = object;
	struct arena *arena = &sweep->objects->arena;
	bool lists = sweep->objects->service->ops->list_unfinished != NULL;

	sweep->prefix = object_uploads_key(sweep->objects, "", arena);
	sweep->staging = true;
	if (!empty(sweep, list_keys) || (lists && !empty(sweep, list_unfinished)))
		return false;
	sweep->prefix = arena_printf(arena, "%s" FS_BLOBS "/", sweep->objects->prefix);
	sweep->staging = false;
	if (lists && !empty(sweep, list_unfinished))
		return false;
	return !sweep->refused || error_set(sweep->error, E_UNKNOWN);
}

bool object_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
		  struct store_swept *out, struct error *error)
{
	struct sweep sweep = {.objects = objects_of(store),
			      .age = age,
			      .dry_run = dry_run,
			      .claimed = claimed,
			      .context = context,
			      .out = out,
			      .error = error};
	struct folder_sweep local = {time(NULL) - (time_t)age, dry_run, NULL, NULL};
	bool ok;

	*out = (struct store_swept){0, 0};
	ok = object_guard(&sweep.objects->arena, sweep_service, &sweep, error);
	return folder_sweep(sweep.objects->spool.folder, sweep.objects->spool.path, &local, out, error) && ok;
}
