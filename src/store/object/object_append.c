/* SPDX-License-Identifier: MIT */
/*
 * How the bytes of a session reach an object service. The table says where the bytes are, and what each call does with them:
 *
 *   stage     bytes are                         append of more                           finish(D), D the digest of the bytes
 *   NOWHERE   none                              whole blob: small NOWHERE, else FINAL;   put an empty object
 *                                               a chunk: small NOWHERE, else STAGED
 *   NOWHERE   tail in the row                   NOWHERE or STAGED                        put to D's key
 *   NOWHERE   tail an object                    NOWHERE or STAGED                        copy to D's key
 *   FINAL     parts of an upload to D's key     STAGED: complete, fetch, send again      complete: nothing is copied
 *   STAGED    parts of an upload to the         STAGED                                   send the tail, complete, copy to D's
 *             staging key, and a tail                                                    key, remove the staging object
 *   STAGED    nearly as many parts as allowed   STAGED: complete, fetch, send again      as above
 *             in larger parts
 *   STAGED    parts that another request may    the same, by object_take_over
 *             still add to
 *
 * A "whole blob" is a first chunk without Content-Range. Most clients send a blob in this way. Its parts are sent straight to
 * D's key. If another chunk follows, or if the client finishes with a digest of another algorithm, the upload is completed first,
 * because parts cannot be read. The object at D's key is then a blob without a row. Garbage collection removes it.
 *
 * Every call may be repeated with the same state:
 *   - Parts are sent again under the same numbers.
 *   - `complete` and `copy` succeed if the object has the right size already. An object at a staging key holds the first bytes
 *     of the session, so its size tells which bytes these are.
 *   - A finish looks for the blob first.
 * A crash leaves an unfinished upload or an object below berth/uploads. The sweep removes both. A call that fails removes what
 * it made.
 *
 * Staging and tail keys contain the generation of the request that made them. So no request writes to an object that the row
 * names, or that another request makes. A superseded object is removed by the next call, when the row no longer names it.
 */
#include <string.h>

#include "berth/base/log.h"
#include "object_priv.h"

struct append {
	struct object_call call;
	const struct store_source *source; /* NULL: object_take_over, which adds nothing */
	struct hasher *hasher;
	struct object_body body;
	struct object_upload begun; /* the upload that this call began; its key is NULL if there is none */
};

static const struct object_limits *append_limits(const struct append *append)
{
	return &append->call.objects->service->limits;
}

/* ---- failing ---- */

static bool too_large(const struct append *append)
{
	log_error("storage: upload %s: more bytes than the object store takes in one object", append->call.upload->id);
	return error_setf(append->call.error, E_SIZE_INVALID, "the blob is larger than the storage takes");
}

static void abandon_begun(const struct append *append)
{
	const struct object_call *call = &append->call;
	struct error ignored;
	struct object_part *parts;

	if (!append->begun.key)
		return;
	error_init(&ignored, call->arena);
	parts = object_state_parts(&call->state, 0, call->arena);
	(void)object_ops(call->objects)
		->abandon(call->objects->service, &append->begun, parts, parts ? call->state.part_count : 0, call->arena,
			  &ignored);
}

/*
 * Sets the error after the service has refused parts. If the staging object exists, an earlier request completed the upload to
 * compute a digest, and then failed. Such an upload takes no more parts.
 */
static bool explain_refusal(const struct append *append, const struct error *refusal)
{
	const struct object_call *call = &append->call;
	bool found = false;
	uint64_t size = 0;
	struct error ignored;

	error_init(&ignored, call->arena);
	if (call->state.stage == OBJECT_STAGED && !append->begun.key &&
	    object_ops(call->objects)
		    ->head(call->objects->service, object_parts_key(call), &found, &size, call->arena, &ignored) &&
	    found && size >= call->state.part_bytes) {
		log_error("storage: upload %s: its parts are an object already: the session takes no more bytes",
			  call->upload->id);
		return error_set(call->error, E_BLOB_UPLOAD_INVALID);
	}
	return error_copy(call->error, refusal);
}

/* ---- sending ---- */

static bool append_begin(struct append *append, const char *key)
{
	const struct object_call *call = &append->call;

	if (!object_ops(call->objects)->begin(call->objects->service, key, &append->begun, call->arena, call->error)) {
		append->begun.key = NULL;
		return false;
	}
	append->begun.key = key;
	append->call.state.id = append->begun.id;
	return true;
}

static bool send_parts(struct append *append, const struct object_upload *to, const struct object_plan *plan)
{
	struct object_call *call = &append->call;
	struct object_part *parts = arena_array(call->arena, plan->count, sizeof *parts);
	struct error refusal;

	error_init(&refusal, call->arena);
	if (!object_send(&append->body, to, plan, call->state.part_count + 1, parts, &refusal))
		return explain_refusal(append, &refusal);
	object_state_add(&call->state, parts, plan->count, call->arena);
	return true;
}

static bool keep_in_row(struct append *append)
{
	append->call.state.tail_size = append->body.length;
	append->call.state.tail_object.end = 0;
	return object_body_read(&append->body, &append->call.state.tail);
}

static bool keep_as_object(struct append *append)
{
	struct object_call *call = &append->call;
	struct object_state *state = &call->state;
	struct http_client_body bytes = {.fd = append->body.fd, .length = append->body.length};

	state->tail_size = append->body.length;
	state->tail = (struct span){"", 0};
	state->tail_object = (struct object_tail){call->upload->generation, state->part_bytes + append->body.length};
	return object_ops(call->objects)
		->put(call->objects->service, object_call_tail_key(call, &state->tail_object), &bytes, call->arena,
		      call->error);
}

static bool keep_tail(struct append *append)
{
	if (append->body.length <= OBJECT_ROW_TAIL)
		return keep_in_row(append);
	return keep_as_object(append);
}

/* ---- a whole blob ---- */

static bool append_whole(struct append *append)
{
	struct object_call *call = &append->call;
	struct hasher copy;
	struct object_plan plan;

	if (!object_body_take(&append->body, append->source, append->hasher, true))
		return false;
	if (append->body.length <= OBJECT_ROW_TAIL)
		return keep_in_row(append);
	if (!object_plan_whole(append_limits(append), append->body.length, &plan))
		return too_large(append);
	copy = *append->hasher;
	hasher_final(&copy, &call->state.digest);
	if (!append_begin(append, object_blob_key(call->objects, &call->state.digest, call->arena)))
		return false;
	call->state.stage = OBJECT_FINAL;
	return send_parts(append, &append->begun, &plan);
}

/* ---- a chunk of several ---- */

/*
 * Prepares an upload that takes parts, and fills the body with the bytes that come before the chunk. `anew`: the parts that are
 * there are sent again as an upload of this request.
 */
static bool make_ready(struct append *append, bool anew)
{
	struct object_call *call = &append->call;
	struct object_state *state = &call->state;
	bool crowded = state->stage == OBJECT_STAGED && object_plan_crowded(append_limits(append), state->part_count);
	const char *from;

	if ((state->stage == OBJECT_FINAL || crowded || anew) &&
	    (!object_complete_stage(call, &from) ||
	     !object_lay_out(call, from, state->part_bytes, &append->body, &append->begun)))
		return false;
	if (state->tail.len > 0)
		return object_body_add(&append->body, state->tail);
	if (!object_state_has_tail_object(state))
		return true;
	state->stale = state->tail_object;
	return object_body_fetch(&append->body, object_call_tail_key(call, &state->stale), 0, state->tail_size);
}

static bool send_chunk(struct append *append)
{
	struct object_call *call = &append->call;
	struct object_state *state = &call->state;
	const char *key;
	struct object_plan plan;

	if (!object_plan_more(append_limits(append), state->part_count, state->part_bytes, append->body.length, &plan))
		return too_large(append);
	if (state->stage == OBJECT_NOWHERE)
		state->maker = call->upload->generation;
	key = object_staging_key(call->objects, call->upload->id, state->maker, call->arena);
	if (state->stage == OBJECT_NOWHERE && !append_begin(append, key))
		return false;
	state->stage = OBJECT_STAGED;
	return send_parts(append, &(struct object_upload){key, state->id}, &plan);
}

static bool same_object(const struct object_tail *a, const struct object_tail *b)
{
	return a->end > 0 && a->end == b->end && strcmp(a->maker, b->maker) == 0;
}

/* Sends the body as parts, or keeps it as the session's tail if it is too small for a part. */
static bool keep_body(struct append *append)
{
	struct object_state *state = &append->call.state;

	state->tail = (struct span){"", 0};
	state->tail_size = 0;
	state->tail_object.end = 0;
	if (append->body.length >= object_plan_least(append_limits(append)))
		return send_chunk(append);
	if (append->body.length > 0 && !keep_tail(append))
		return false;
	if (same_object(&state->stale, &state->tail_object))
		state->stale.end = 0; /* nothing was added: the tail is still the same object */
	return true;
}

static bool append_chunk(struct append *append)
{
	return make_ready(append, false) &&
	       object_body_take(&append->body, append->source, append->hasher, append->call.upload->offset == 0) &&
	       keep_body(append);
}

/* ---- the calls ---- */

/* Removes the objects that the previous call superseded: the row no longer names them. */
static void forget_stale(struct object_call *call)
{
	struct object_state *state = &call->state;

	if (state->stale.end > 0)
		object_remove_quietly(call, object_call_tail_key(call, &state->stale));
	if (state->stale_staging)
		object_remove_quietly(call, object_staging_key(call->objects, call->upload->id, state->stale_staging,
							       call->arena));
	state->stale.end = 0;
	state->stale_staging = NULL;
}

/* Adds the source, or takes over the parts. *state is the state for the session's row. */
static bool append_bytes(struct append *append, struct span *state)
{
	struct object_call *call = &append->call;

	object_body_init(&append->body, call);
	forget_stale(call);
	if (!append->source ? !make_ready(append, true) || !keep_body(append)
			    : !(call->upload->offset == 0 && append->source->whole ? append_whole : append_chunk)(append))
		return false;
	*state = object_state_write(&call->state, call->arena);
	return state->ptr || too_large(append);
}

bool object_append(struct store *store, struct store_upload *upload, const struct store_source *source,
		   struct hasher *hasher, struct arena *arena, struct error *error)
{
	struct append append = {.call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = error},
				.source = source,
				.hasher = hasher};
	struct span state;

	if (!object_call_begin(&append.call))
		return false;
	if (!append_bytes(&append, &state)) {
		abandon_begun(&append);
		return false;
	}
	upload->offset = append.call.state.part_bytes + append.call.state.tail_size;
	upload->state = state;
	return true;
}

/*
 * Only in the stage STAGED does a request add to the parts of an earlier one. So only there, the parts are completed, which
 * closes them for the earlier request, and are sent again as an upload of this request.
 */
bool object_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	struct append append = {.call = {.objects = objects_of(store), .upload = upload, .arena = arena, .error = error}};
	struct span state;

	if (!object_call_begin(&append.call))
		return false;
	if (append.call.state.stage != OBJECT_STAGED)
		return true;
	if (!append_bytes(&append, &state)) {
		abandon_begun(&append);
		return false;
	}
	upload->state = state;
	return true;
}
