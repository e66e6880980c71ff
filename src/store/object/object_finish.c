/* SPDX-License-Identifier: MIT */
/* The end of a session: its bytes become the blob, or go. The table of stages is in object_append.c. */
#include <inttypes.h>

#include "berth/base/log.h"
#include "object_priv.h"

#define OBJECT_ABORT_MEMORY ((size_t)16 << 20) /* an error, and a copy of the service's upload id */

struct ending {
	struct object_store *objects;
	const struct store_upload *upload;
	const struct digest *digest; /* what the blob is to be called */
	struct object_state state;
	struct arena *arena;
	struct error *error;
	enum digest_algorithm algorithm; /* of digest_upload */
	struct digest *out;
};

static const struct object_service_ops *ops(const struct object_store *objects)
{
	return objects->service->ops;
}

static bool damaged(const struct store_upload *upload, struct error *error)
{
	log_error("storage: upload %s: its list of parts is damaged", upload->id);
	return error_set(error, E_BLOB_UPLOAD_INVALID);
}

/* ---- parts become an object ---- */

static bool has_size(struct object_store *objects, const char *key, uint64_t due, bool *yes, struct error *error)
{
	uint64_t size = 0;
	bool found = false;

	if (!ops(objects)->head(objects->service, key, &found, &size, &objects->arena, error))
		return false;
	*yes = found && size == due;
	return true;
}

/* The tail as one more part: from the row, or from its object by way of a local file. */
static bool send_tail(struct object_store *objects, const struct store_upload *upload, const struct object_state *state,
		      const struct object_upload *to, struct object_part *out, struct error *error)
{
	struct object_plan plan = {state->tail_size, 1};
	struct object_body body;

	object_body_init(&body, &objects->arena);
	if (state->tail.len > 0 && !object_body_add(objects, &body, state->tail, error))
		return false;
	if (state->tail.len == 0 &&
	    !object_body_fetch(objects, &body, object_tail_key(objects, upload->id, &state->tail_object, &objects->arena),
			       0, state->tail_size, error))
		return false;
	return object_send(objects, to, &body, &plan, state->part_count + 1, out, error);
}

bool object_complete_stage(struct object_store *objects, const struct store_upload *upload,
			   const struct object_state *state, const char **key, struct error *error)
{
	struct object_part *parts = object_state_parts(state, 0, &objects->arena);
	struct object_upload to = {.id = state->id};

	if (!parts)
		return damaged(upload, error);
	to.key = state->stage == OBJECT_FINAL ? object_blob_key(objects, &state->digest, &objects->arena)
					      : object_staging_key(objects, upload->id, state->maker, &objects->arena);
	*key = to.key;
	return ops(objects)->complete(objects->service, &to, parts, state->part_count, &objects->arena, error);
}

/* Parts and tail at the staging key. Once completed the upload is no more, and no part can be sent to it: look first. */
static bool complete_staged(struct object_store *objects, const struct store_upload *upload,
			    const struct object_state *state, const char **key, struct error *error)
{
	struct object_upload to = {object_staging_key(objects, upload->id, state->maker, &objects->arena), state->id};
	struct object_part *parts;
	bool done;

	*key = to.key;
	if (state->tail_size == 0)
		return object_complete_stage(objects, upload, state, key, error);
	if (!has_size(objects, to.key, upload->offset, &done, error))
		return false;
	if (done)
		return true;
	parts = object_state_parts(state, 1, &objects->arena);
	if (!parts)
		return damaged(upload, error);
	return send_tail(objects, upload, state, &to, &parts[state->part_count], error) &&
	       ops(objects)->complete(objects->service, &to, parts, state->part_count + 1, &objects->arena, error);
}

/* All bytes as one object, whose key is in *key. Not for a tail in the row, which is none. */
static bool make_object(struct object_store *objects, const struct store_upload *upload, const struct object_state *state,
			const char **key, struct error *error)
{
	switch (state->stage) {
	case OBJECT_FINAL: return object_complete_stage(objects, upload, state, key, error);
	case OBJECT_STAGED: return complete_staged(objects, upload, state, key, error);
	case OBJECT_NOWHERE: break;
	}
	*key = object_tail_key(objects, upload->id, &state->tail_object, &objects->arena);
	return true;
}

/* ---- removing what a session has ---- */

static void remove_key(struct object_store *objects, const char *key)
{
	struct error ignored;

	error_init(&ignored, &objects->arena);
	(void)ops(objects)->remove(objects->service, key, &objects->arena, &ignored);
}

static void abandon(struct object_store *objects, const struct store_upload *upload, const struct object_state *state)
{
	struct object_part *parts = object_state_parts(state, 0, &objects->arena);
	struct object_upload to = {.id = state->id};
	struct error ignored;

	error_init(&ignored, &objects->arena);
	to.key = state->stage == OBJECT_FINAL ? object_blob_key(objects, &state->digest, &objects->arena)
					      : object_staging_key(objects, upload->id, state->maker, &objects->arena);
	(void)ops(objects)->abandon(objects->service, &to, parts, parts ? state->part_count : 0, &objects->arena, &ignored);
}

/* Only keys that the session's row names: another request may be making others. */
static void remove_leftovers(struct object_store *objects, const struct store_upload *upload,
			     const struct object_state *state)
{
	struct arena *arena = &objects->arena;

	if (state->stage == OBJECT_STAGED)
		remove_key(objects, object_staging_key(objects, upload->id, state->maker, arena));
	if (object_state_has_tail_object(state))
		remove_key(objects, object_tail_key(objects, upload->id, &state->tail_object, arena));
	if (state->stale.end > 0)
		remove_key(objects, object_tail_key(objects, upload->id, &state->stale, arena));
	if (state->stale_staging)
		remove_key(objects, object_staging_key(objects, upload->id, state->stale_staging, arena));
}

/* ---- finish ---- */

/* From the row, or nothing at all. */
static bool put_tail(struct ending *ending, const char *key)
{
	struct http_client_body bytes = http_body_bytes(ending->state.tail);

	return ops(ending->objects)->put(ending->objects->service, key, &bytes, ending->arena, ending->error);
}

static bool move_to(struct ending *ending, const char *key)
{
	struct object_store *objects = ending->objects;
	const char *from;

	if (!make_object(objects, ending->upload, &ending->state, &from, ending->error))
		return false;
	return strcmp(from, key) == 0 ||
	       ops(objects)->copy(objects->service, from, key, ending->upload->offset, ending->arena, ending->error);
}

static bool verify(struct ending *ending, const char *key)
{
	bool right = false;

	if (!has_size(ending->objects, key, ending->upload->offset, &right, ending->error))
		return false;
	if (right)
		return true;
	log_error("storage: upload %s: the object store does not show %s with %" PRIu64 " bytes, which it said it has",
		  ending->upload->id, key, ending->upload->offset);
	return error_unavailable(ending->error, 0);
}

/*
 * A blob of the right size is there, by an earlier try or by another push of the same content: it stays. The parts of an upload
 * that is not needed go.
 */
static bool is_there(struct ending *ending, const char *key, bool *yes)
{
	if (!has_size(ending->objects, key, ending->upload->offset, yes, ending->error))
		return false;
	if (*yes && ending->state.stage != OBJECT_NOWHERE)
		abandon(ending->objects, ending->upload, &ending->state);
	return true;
}

static bool finish(void *object)
{
	struct ending *ending = object;
	struct object_state *state = &ending->state;
	const char *key = object_blob_key(ending->objects, ending->digest, ending->arena);
	bool in_row, there;

	if (!object_state_read(state, ops(ending->objects)->name, ending->upload, ending->error) ||
	    !is_there(ending, key, &there))
		return false;
	in_row = state->stage == OBJECT_NOWHERE && !object_state_has_tail_object(state);
	return there || ((in_row ? put_tail(ending, key) : move_to(ending, key)) && verify(ending, key));
}

bool object_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct error *error)
{
	struct ending ending = {.objects = objects_of(store), .upload = upload, .digest = digest, .error = error};

	ending.arena = &ending.objects->arena;
	return object_guard(ending.arena, finish, &ending, error);
}

/* ---- the end ---- */

/* False: said in the log, and the sweep finds what there is. */
static bool read_state(struct ending *ending)
{
	return object_state_read(&ending->state, ops(ending->objects)->name, ending->upload, ending->error);
}

static bool forget_upload(void *object)
{
	struct ending *ending = object;

	if (read_state(ending))
		remove_leftovers(ending->objects, ending->upload, &ending->state);
	return true;
}

static bool abort_upload(void *object)
{
	struct ending *ending = object;

	if (!read_state(ending))
		return true;
	if (ending->state.stage != OBJECT_NOWHERE)
		abandon(ending->objects, ending->upload, &ending->state);
	remove_leftovers(ending->objects, ending->upload, &ending->state);
	return true;
}

static void end(struct store *store, const struct store_upload *upload, object_work_fn *work)
{
	struct ending ending = {.objects = objects_of(store), .upload = upload};
	struct arena arena;
	struct error error;

	arena_init(&arena, OBJECT_ABORT_MEMORY);
	error_init(&error, &arena);
	ending.arena = &ending.objects->arena;
	ending.error = &error;
	(void)object_guard(ending.arena, work, &ending, &error);
	arena_release(&arena);
}

void object_forget(struct store *store, const struct store_upload *upload)
{
	end(store, upload, forget_upload);
}

void object_abort(struct store *store, const struct store_upload *upload)
{
	end(store, upload, abort_upload);
}

/* ---- another digest ---- */

static bool hash_piece(void *context, const void *bytes, size_t len)
{
	hasher_update(context, bytes, len);
	return true;
}

static bool digest_upload(void *object)
{
	struct ending *ending = object;
	struct object_store *objects = ending->objects;
	const struct object_state *state = &ending->state;
	struct hasher hasher;
	const char *key;

	if (!object_state_read(&ending->state, ops(ending->objects)->name, ending->upload, ending->error))
		return false;
	hasher_init(&hasher, ending->algorithm);
	if (state->stage == OBJECT_NOWHERE && !object_state_has_tail_object(state))
		hasher_update(&hasher, state->tail.ptr, state->tail.len);
	else if (!make_object(objects, ending->upload, state, &key, ending->error) ||
		 !ops(objects)->get(objects->service, key, 0, ending->upload->offset, hash_piece, &hasher, ending->arena,
				    ending->error))
		return false;
	hasher_final(&hasher, ending->out);
	return true;
}

bool object_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
			  struct digest *out, struct error *error)
{
	struct ending ending = {
		.objects = objects_of(store), .upload = upload, .algorithm = algorithm, .out = out, .error = error};

	ending.arena = &ending.objects->arena;
	return object_guard(ending.arena, digest_upload, &ending, error);
}
