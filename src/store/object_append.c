/* SPDX-License-Identifier: MIT */
/*
 * Bytes of a session on their way into an object service. Where they are, and what each call does with them:
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
 *
 * "Whole" is a first chunk that came without Content-Range: most clients send a blob so. Its parts are sent to where they
 * belong at once. If more comes after all, or if it is finished by another algorithm's digest, the upload is completed first,
 * for parts cannot be read: what then stays at D's key is a blob without a row, and garbage collection's business.
 *
 * Every call may be repeated with the state as it was: parts are sent again under the same numbers, `complete` and `copy`
 * succeed when the object has the right size already (at the staging key stand the session's first bytes and nothing else, so the
 * size tells which), and a finish looks at the blob first. What a crash leaves unclaimed is an unfinished upload or an object below
 * berth/uploads, which the sweep removes; what a failure leaves is removed at once.
 *
 * A tail object is named by the offset at which it ends, so that a repeated append never touches the one that the row speaks of;
 * the superseded one is removed by the call after.
 */
#include <inttypes.h>

#include "berth/base/log.h"
#include "object_priv.h"

struct append {
	struct object_store *objects;
	struct store_upload *upload;
	const struct store_source *source;
	struct hasher *hasher;
	struct arena *keep;  /* the state's, of the caller */
	struct arena *arena; /* of the call */
	struct error *error;
	struct object_state state; /* becomes the new one */
	struct object_body body;
	struct object_upload begun; /* by this call: key NULL if none */
	struct span result;
};

static const struct object_service_ops *ops(const struct append *append)
{
	return append->objects->service->ops;
}

static const struct object_limits *limits(const struct append *append)
{
	return &append->objects->service->limits;
}

/* ---- failing ---- */

static bool too_large(const struct append *append)
{
	log_error("storage: upload %s: more bytes than the object store takes in one object", append->upload->id);
	return error_setf(append->error, E_SIZE_INVALID, "the blob is larger than the storage takes");
}

static void abandon_begun(struct append *append)
{
	struct error ignored;
	struct object_part *parts;

	if (!append->begun.key)
		return;
	error_init(&ignored, append->arena);
	parts = object_state_parts(&append->state, 0, append->arena);
	(void)ops(append)->abandon(append->objects->service, &append->begun, parts, parts ? append->state.part_count : 0,
				   append->arena, &ignored);
}

/*
 * Parts were refused. When the staging object is there, an earlier request had completed the upload (to compute a digest, before
 * it failed): it cannot be gone on with.
 */
static bool explain_refusal(struct append *append, const struct error *refusal)
{
	bool found = false;
	uint64_t size = 0;
	struct error ignored;

	error_init(&ignored, append->arena);
	if (append->state.stage == OBJECT_STAGED && !append->begun.key &&
	    ops(append)->head(append->objects->service,
			      object_uploads_key(append->objects, append->upload->id, append->arena), &found, &size,
			      append->arena, &ignored) &&
	    found && size >= append->state.part_bytes) {
		log_error("storage: upload %s: its parts are an object already: it cannot grow", append->upload->id);
		return error_set(append->error, E_BLOB_UPLOAD_INVALID);
	}
	append->error->retry_after = refusal->retry_after;
	return error_set(append->error, error_code(refusal));
}

/* ---- sending ---- */

static bool begin(struct append *append, const char *key)
{
	if (!ops(append)->begin(append->objects->service, key, &append->begun, append->arena, append->error)) {
		append->begun.key = NULL;
		return false;
	}
	append->begun.key = key;
	append->state.id = arena_strdup(append->keep, append->begun.id);
	return true;
}

static bool send_parts(struct append *append, const struct object_upload *to, const struct object_plan *plan)
{
	struct object_part *parts = arena_array(append->arena, plan->count, sizeof *parts);
	struct error refusal;

	error_init(&refusal, append->arena);
	if (!object_send(append->objects, to, &append->body, plan, append->state.part_count + 1, parts, &refusal))
		return explain_refusal(append, &refusal);
	object_state_add(&append->state, parts, plan->count, append->keep);
	return true;
}

static bool keep_in_row(struct append *append)
{
	append->state.tail_size = append->body.length;
	return object_body_read(&append->body, &append->state.tail, append->keep, append->error);
}

static bool keep_as_object(struct append *append)
{
	const char *key = object_tail_key(append->objects, append->upload->id,
					  append->state.part_bytes + append->body.length, append->arena);
	struct http_client_body bytes = {.fd = append->body.fd, .length = append->body.length};

	append->state.tail_size = append->body.length;
	append->state.tail = (struct span){"", 0};
	return ops(append)->put(append->objects->service, key, &bytes, append->arena, append->error);
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
	struct hasher copy;
	struct object_plan plan;

	if (!object_body_take(append->objects, &append->body, append->source, append->hasher, true, append->error))
		return false;
	if (append->body.length <= OBJECT_ROW_TAIL)
		return keep_in_row(append);
	if (!object_plan_whole(limits(append), append->body.length, &plan))
		return too_large(append);
	copy = *append->hasher;
	hasher_final(&copy, &append->state.digest);
	if (!begin(append, object_blob_key(append->objects, &append->state.digest, append->arena)))
		return false;
	append->state.stage = OBJECT_FINAL;
	return send_parts(append, &append->begun, &plan);
}

/* ---- a chunk of several ---- */

/* Parts that can be added to, and in the body what stands before the chunk. */
static bool make_ready(struct append *append)
{
	struct object_state *state = &append->state;
	uint64_t end = state->part_bytes + state->tail_size;
	bool crowded = state->stage == OBJECT_STAGED && object_plan_crowded(limits(append), state->part_count);
	const char *from;

	if ((state->stage == OBJECT_FINAL || crowded) &&
	    (!object_complete_stage(append->objects, append->upload, state, &from, append->error) ||
	     !object_lay_out(append->objects, append->upload->id, from, state->part_bytes, state, &append->body,
			     &append->begun, append->keep, append->error)))
		return false;
	if (state->tail.len > 0)
		return object_body_add(append->objects, &append->body, state->tail, append->error);
	if (state->tail_size == 0)
		return true;
	state->stale = end;
	return object_body_fetch(append->objects, &append->body,
				 object_tail_key(append->objects, append->upload->id, end, append->arena), 0,
				 state->tail_size, append->error);
}

static bool send_chunk(struct append *append)
{
	const char *key = object_uploads_key(append->objects, append->upload->id, append->arena);
	struct object_plan plan;

	if (!object_plan_more(limits(append), append->state.part_count, append->state.part_bytes, append->body.length,
			      &plan))
		return too_large(append);
	if (append->state.stage == OBJECT_NOWHERE && !begin(append, key))
		return false;
	append->state.stage = OBJECT_STAGED;
	return send_parts(append, &(struct object_upload){key, append->state.id}, &plan);
}

static bool append_chunk(struct append *append)
{
	struct object_state *state = &append->state;

	if (!make_ready(append) || !object_body_take(append->objects, &append->body, append->source, append->hasher,
						     append->upload->offset == 0, append->error))
		return false;
	state->tail = (struct span){"", 0};
	state->tail_size = 0;
	if (append->body.length >= object_plan_least(limits(append)))
		return send_chunk(append);
	if (append->body.length > 0 && !keep_tail(append))
		return false;
	if (object_state_has_tail_object(state) && state->stale == state->part_bytes + state->tail_size)
		state->stale = 0; /* nothing was added: it is the same object */
	return true;
}

/* ---- the call ---- */

/* What the call before last left: its session's row has moved on since. A failure costs an object until the sweep. */
static void forget_stale(struct append *append)
{
	struct error ignored;

	if (append->state.stale == 0)
		return;
	error_init(&ignored, append->arena);
	(void)ops(append)->remove(append->objects->service,
				  object_tail_key(append->objects, append->upload->id, append->state.stale, append->arena),
				  append->arena, &ignored);
	append->state.stale = 0;
}

static bool run(void *object)
{
	struct append *append = object;
	bool ok;

	if (!object_state_read(&append->state, ops(append)->name, append->upload, append->error))
		return false;
	object_body_init(&append->body, append->arena);
	forget_stale(append);
	ok = append->upload->offset == 0 && append->source->whole ? append_whole(append) : append_chunk(append);
	if (ok) {
		append->result = object_state_write(&append->state, append->keep);
		ok = append->result.ptr || too_large(append);
	}
	if (!ok)
		abandon_begun(append);
	return ok;
}

bool object_append(struct store *store, struct store_upload *upload, const struct store_source *source,
		   struct hasher *hasher, struct arena *arena, struct error *error)
{
	struct append append = {
		.objects = objects_of(store),
		.upload = upload,
		.source = source,
		.hasher = hasher,
		.keep = arena,
		.error = error,
	};

	append.arena = &append.objects->arena;
	if (!object_guard(append.arena, run, &append, error))
		return false;
	upload->offset = append.state.part_bytes + append.state.tail_size;
	upload->state = append.result;
	return true;
}
