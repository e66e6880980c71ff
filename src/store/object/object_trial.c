/* SPDX-License-Identifier: MIT */
/*
 * Trying a service: objects below berth/uploads that are named as a session's, so that the sweep removes what a trial that was
 * killed has left.
 */
#include <string.h>

#include "berth/base/log.h"
#include "object_priv.h"

#define RANGE_AT 100
#define RANGE_LENGTH 1000
#define URL_S 60

struct trial {
	struct object_store *objects;
	struct object_service *service;
	enum store_step step;
	struct store_trial *given;
	struct arena *arena;
	struct error *error;
	/* of a range or a listing */
	size_t seen;
	bool differs;
};

static const char *key(const struct trial *trial, const char *suffix)
{
	return arena_printf(trial->arena, "%s%s", object_uploads_key(trial->objects, trial->given->id, trial->arena),
			    suffix);
}

static bool wrong(const struct trial *trial, const char *what)
{
	log_error("storage: %s: %s", trial->service->ops->name, what);
	return error_unavailable(trial->error, 0);
}

/* ---- the steps ---- */

static bool visit_one(void *context, const char *found, uint64_t size, int64_t age)
{
	(void)context, (void)found, (void)size, (void)age;
	return false;
}

static bool reach(struct trial *trial)
{
	return trial->service->ops->list(trial->service, object_uploads_key(trial->objects, "", trial->arena), visit_one,
					 NULL, trial->arena, trial->error);
}

static bool try_write(struct trial *trial)
{
	struct http_client_body body = http_body_bytes(trial->given->payload);
	uint64_t size = 0;
	bool found = false;

	if (!trial->service->ops->put(trial->service, key(trial, ""), &body, trial->arena, trial->error) ||
	    !trial->service->ops->head(trial->service, key(trial, ""), &found, &size, trial->arena, trial->error))
		return false;
	return (found && size == body.length) ||
	       wrong(trial, "an object that was written is not there, or has another size");
}

static bool compare(void *context, const void *bytes, size_t len)
{
	struct trial *trial = context;
	struct span payload = span_after(trial->given->payload, RANGE_AT + trial->seen);

	trial->differs |= len > payload.len || memcmp(payload.ptr, bytes, len) != 0;
	trial->seen += len;
	return !trial->differs;
}

static bool try_read(struct trial *trial)
{
	bool ok = trial->service->ops->get(trial->service, key(trial, ""), RANGE_AT, RANGE_LENGTH, compare, trial,
					   trial->arena, trial->error);

	if (trial->differs || (ok && trial->seen != RANGE_LENGTH))
		return wrong(trial, "a range of an object reads otherwise than it was written");
	return ok;
}

static bool send_part(struct trial *trial, struct object_upload *upload, struct object_part *part)
{
	*part = (struct object_part){
		.number = 1, .body = http_body_bytes(trial->given->payload), .size = trial->given->payload.len};
	return trial->service->ops->begin(trial->service, key(trial, ".1"), upload, trial->arena, trial->error) &&
	       trial->service->ops->put_parts(trial->service, upload, part, 1, trial->arena, trial->error);
}

/* After a failure: what was begun goes, if it can. */
static void give_up(struct trial *trial, const struct object_upload *upload, const struct object_part *part)
{
	struct error ignored;

	if (!upload->id)
		return;
	error_init(&ignored, trial->arena);
	(void)trial->service->ops->abandon(trial->service, upload, part, 1, trial->arena, &ignored);
}

static bool try_parts(struct trial *trial)
{
	struct object_upload upload = {.id = NULL};
	struct object_part part;
	bool ok = send_part(trial, &upload, &part) &&
		  trial->service->ops->complete(trial->service, &upload, &part, 1, trial->arena, trial->error) &&
		  send_part(trial, &upload, &part) &&
		  trial->service->ops->abandon(trial->service, &upload, &part, 1, trial->arena, trial->error);

	if (!ok)
		give_up(trial, &upload, &part);
	return ok;
}

static bool try_copy(struct trial *trial)
{
	return trial->service->ops->copy(trial->service, key(trial, ""), key(trial, ".2"), trial->given->payload.len,
					 trial->arena, trial->error);
}

static bool try_sign(struct trial *trial)
{
	const char *url = NULL;

	if (trial->service->ops->sign &&
	    !trial->service->ops->sign(trial->service, key(trial, ""), OBJECT_GET, URL_S, &url, trial->arena, trial->error))
		return false;
	trial->given->url = url;
	trial->given->skipped = !url;
	return true;
}

static bool count_key(void *context, const char *found, uint64_t size, int64_t age)
{
	struct trial *trial = context;

	(void)found, (void)age;
	trial->seen++;
	trial->differs |= size != trial->given->payload.len;
	return true;
}

static bool try_list(struct trial *trial)
{
	if (!trial->service->ops->list(trial->service, key(trial, ""), count_key, trial, trial->arena, trial->error))
		return false;
	return (trial->seen > 0 && !trial->differs) || wrong(trial, "an object that was written is not listed as it is");
}

static bool try_remove(struct trial *trial)
{
	static const char *const suffixes[] = {"", ".1", ".2"};

	for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
		if (!trial->service->ops->remove(trial->service, key(trial, suffixes[i]), trial->arena, trial->error))
			return false;
	return true;
}

bool object_try_step(struct store *store, enum store_step step, struct store_trial *given, struct arena *arena,
		     struct error *error)
{
	static bool (*const steps[STORE_STEPS])(struct trial *) = {
		[STORE_REACH] = reach,   [STORE_WRITE] = try_write, [STORE_READ] = try_read, [STORE_PARTS] = try_parts,
		[STORE_COPY] = try_copy, [STORE_SIGN] = try_sign,   [STORE_LIST] = try_list, [STORE_REMOVE] = try_remove,
	};
	struct object_store *objects = objects_of(store);
	struct trial trial = {
		.objects = objects,
		.service = objects->service,
		.step = step,
		.given = given,
		.arena = arena,
		.error = error,
	};

	return steps[step](&trial);
}
