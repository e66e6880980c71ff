/* SPDX-License-Identifier: MIT */
/* The end of a session: its bytes become the blob, or go. The table of stages is in object_append.c. */
#include <inttypes.h>

#include "berth/base/log.h"
#include "object_priv.h"

static bool parts_damaged(const struct object_call *call)
{
	log_error("storage: upload %s: its list of parts is damaged", call->upload->id);
	return error_set(call->error, E_BLOB_UPLOAD_INVALID);
}

/* ---- what the calls about an upload share ---- */

bool object_call_begin(struct object_call *call)
{
	return object_state_read(&call->state, object_ops(call->objects)->name, call->upload, call->error);
}

const char *object_parts_key(const struct object_call *call)
{
	if (call->state.stage == OBJECT_FINAL)
		return object_blob_key(call->objects, &call->state.digest, call->arena);
	return object_staging_key(call->objects, call->upload->id, call->state.maker, call->arena);
}

const char *object_call_tail_key(const struct object_call *call, const struct object_tail *tail)
{
	return object_tail_key(call->objects, call->upload->id, tail, call->arena);
}

void object_remove_quietly(const struct object_call *call, const char *key)
{
	struct error ignored;

	error_init(&ignored, call->arena);
	(void)object_ops(call->objects)->remove(call->objects->service, key, call->arena, &ignored);
}

/* ---- parts become an object ---- */

/* Has the object at `key` the upload's size? */
static bool has_size(const struct object_call *call, const char *key, bool *yes)
{
	uint64_t size = 0;
	bool found = false;

	if (!object_ops(call->objects)->head(call->objects->service, key, &found, &size, call->arena, call->error))
		return false;
	*yes = found && size == call->upload->offset;
	return true;
}

/* The tail as one more part: from the row, or from its object by way of a local file. */
static bool send_tail(const struct object_call *call, const struct object_upload *to, struct object_part *out)
{
	const struct object_state *state = &call->state;
	struct object_plan plan = {state->tail_size, 1};
	struct object_body body;

	object_body_init(&body, call);
	if (state->tail.len > 0
		    ? !object_body_add(&body, state->tail)
		    : !object_body_fetch(&body, object_call_tail_key(call, &state->tail_object), 0, state->tail_size))
		return false;
	return object_send(&body, to, &plan, state->part_count + 1, out, call->error);
}

bool object_complete_stage(const struct object_call *call, const char **key)
{
	struct object_part *parts = object_state_parts(&call->state, 0, call->arena);
	struct object_upload to = {object_parts_key(call), call->state.id};

	if (!parts)
		return parts_damaged(call);
	*key = to.key;
	return object_ops(call->objects)
		->complete(call->objects->service, &to, parts, call->state.part_count, call->arena, call->error);
}

/* Parts and tail at the staging key. Once completed the upload is no more, and no part can be sent to it: look first. */
static bool complete_staged(const struct object_call *call, const char **key)
{
	const struct object_state *state = &call->state;
	struct object_upload to = {object_parts_key(call), state->id};
	struct object_part *parts;
	bool done;

	*key = to.key;
	if (state->tail_size == 0)
		return object_complete_stage(call, key);
	if (!has_size(call, to.key, &done))
		return false;
	if (done)
		return true;
	parts = object_state_parts(state, 1, call->arena);
	if (!parts)
		return parts_damaged(call);
	return send_tail(call, &to, &parts[state->part_count]) &&
	       object_ops(call->objects)
		       ->complete(call->objects->service, &to, parts, state->part_count + 1, call->arena, call->error);
}

/* All bytes as one object, whose key is in *key. Not for a tail in the row, which is none. */
static bool make_object(const struct object_call *call, const char **key)
{
	switch (call->state.stage) {
	case OBJECT_FINAL: return object_complete_stage(call, key);
	case OBJECT_STAGED: return complete_staged(call, key);
	case OBJECT_NOWHERE: break;
	}
	*key = object_call_tail_key(call, &call->state.tail_object);
	return true;
}

/* No parts and no tail object: the bytes are in the session's row. */
static bool is_in_row(const struct object_state *state)
{
	return state->stage == OBJECT_NOWHERE && !object_state_has_tail_object(state);
}

/* ---- removing what a session has ---- */

static void abandon(const struct object_call *call)
{
	const struct object_state *state = &call->state;
	struct object_part *parts = object_state_parts(state, 0, call->arena);
	struct object_upload to = {object_parts_key(call), state->id};
	struct error ignored;

	error_init(&ignored, call->arena);
	(void)object_ops(call->objects)
		->abandon(call->objects->service, &to, parts, parts ? state->part_count : 0, call->arena, &ignored);
}

/* Only keys that the session's row names: another request may be making others. */
static void remove_leftovers(const struct object_call *call)
{
	const struct object_state *state = &call->state;

	if (state->stage == OBJECT_STAGED)
		object_remove_quietly(call, object_parts_key(call));
	if (object_state_has_tail_object(state))
		object_remove_quietly(call, object_call_tail_key(call, &state->tail_object));
	if (state->stale.end > 0)
		object_remove_quietly(call, object_call_tail_key(call, &state->stale));
	if (state->stale_staging)
		object_remove_quietly(call, object_staging_key(call->objects, call->upload->id, state->stale_staging,
							       call->arena));
}

/* ---- finish ---- */

static bool move_to(const struct object_call *call, const char *key)
{
	const char *from;

	if (!make_object(call, &from))
		return false;
	return strcmp(from, key) == 0 ||
	       object_ops(call->objects)
		       ->copy(call->objects->service, from, key, call->upload->offset, call->arena, call->error);
}

static bool verify(const struct object_call *call, const char *key)
{
	bool right = false;

	if (!has_size(call, key, &right))
		return false;
	if (right)
		return true;
	log_error("storage: upload %s: the object store does not show %s with %" PRIu64 " bytes, which it said it has",
		  call->upload->id, key, call->upload->offset);
	return error_unavailable(call->error, 0);
}

bool object_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct arena *arena,
		   struct error *error)
{
	struct object_call call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = error};
	const char *key = object_blob_key(call.objects, digest, arena);
	bool there, moved;

	if (!object_call_begin(&call) || !has_size(&call, key, &there))
		return false;
	if (there) { /* by an earlier try or by another push of the same content: it stays, and parts that are not needed go */
		if (call.state.stage != OBJECT_NOWHERE)
			abandon(&call);
		return true;
	}
	if (is_in_row(&call.state)) {
		struct http_client_body bytes = http_body_bytes(call.state.tail);

		moved = object_ops(call.objects)->put(call.objects->service, key, &bytes, arena, error);
	} else {
		moved = move_to(&call, key);
	}
	return moved && verify(&call, key);
}

/* ---- the end. A state that cannot be read was told in the log; the sweep finds what there is. ---- */

void object_forget(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	struct error ignored;
	struct object_call call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = &ignored};

	error_init(&ignored, arena);
	if (object_call_begin(&call))
		remove_leftovers(&call);
}

void object_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	struct error ignored;
	struct object_call call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = &ignored};

	error_init(&ignored, arena);
	if (!object_call_begin(&call))
		return;
	if (call.state.stage != OBJECT_NOWHERE)
		abandon(&call);
	remove_leftovers(&call);
}

/* ---- another digest ---- */

static bool hash_stored(void *context, const void *bytes, size_t len)
{
	hasher_update(context, bytes, len);
	return true;
}

bool object_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
			  struct digest *out, struct arena *arena, struct error *error)
{
	struct object_call call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = error};
	struct hasher hasher;
	const char *key;

	if (!object_call_begin(&call))
		return false;
	hasher_init(&hasher, algorithm);
	if (is_in_row(&call.state))
		hasher_update(&hasher, call.state.tail.ptr, call.state.tail.len);
	else if (!make_object(&call, &key) ||
		 !object_ops(call.objects)
			  ->get(call.objects->service, key, 0, upload->offset, hash_stored, &hasher, arena, error))
		return false;
	hasher_final(&hasher, out);
	return true;
}
