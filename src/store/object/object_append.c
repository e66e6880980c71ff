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
 *   STAGED    parts that another request may    the same, by object_take_over
 *             still add to
 *
 * "Whole" is a first chunk that came without Content-Range: most clients send a blob so. Its parts are sent to where they
 * belong at once. If more comes after all, or if it is finished by another algorithm's digest, the upload is completed first,
 * for parts cannot be read: what then stays at D's key is a blob without a row, and garbage collection's business.
 *
 * Every call may be repeated with the state as it was: parts are sent again under the same numbers, `complete` and `copy`
 * succeed when the object has the right size already (at a staging key stand the session's first bytes as one request sent them,
 * so the size tells which), and a finish looks at the blob first. What a crash leaves unclaimed is an unfinished upload or an object below
 * berth/uploads, which the sweep removes; what a failure leaves is removed at once.
 *
 * Staging and tail keys name the request that made them (its generation), so that no request writes to an object that the row
 * speaks of, or that another request makes. What is superseded is removed by the call after, when the row speaks of it no more.
 */
#include <string.h>

#include "berth/base/log.h"
#include "object_priv.h"

struct append {
	struct object_store *objects;
	struct store_upload *upload;
	const struct store_source *source; /* NULL: nothing is added, what is there is taken over */
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
			      object_staging_key(append->objects, append->upload->id, append->state.maker, append->arena),
			      &found, &size, append->arena, &ignored) &&
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
	append->state.tail_object.end = 0;
	return object_body_read(&append->body, &append->state.tail, append->keep, append->error);
}

static bool keep_as_object(struct append *append)
{
	struct object_state *state = &append->state;
	struct http_client_body bytes = {.fd = append->body.fd, .length = append->body.length};

	state->tail_size = append->body.length;
	state->tail = (struct span){"", 0};
	state->tail_object = (struct object_tail){append->upload->generation, state->part_bytes + append->body.length};
	return ops(append)->put(append->objects->service,
				object_tail_key(append->objects, append->upload->id, &state->tail_object, append->arena),
				&bytes, append->arena, append->error);
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

/* Parts that can be added to, and in the body what stands before the chunk. `anew`: not to the parts that are there. */
static bool make_ready(struct append *append, bool anew)
{
	struct object_state *state = &append->state;
	bool crowded = state->stage == OBJECT_STAGED && object_plan_crowded(limits(append), state->part_count);
	const char *from;

	if ((state->stage == OBJECT_FINAL || crowded || anew) &&
	    (!object_complete_stage(append->objects, append->upload, state, &from, append->error) ||
	     !object_lay_out(append->objects, append->upload, from, state->part_bytes, state, &append->body, &append->begun,
			     append->keep, append->error)))
		return false;
	if (state->tail.len > 0)
		return object_body_add(append->objects, &append->body, state->tail, append->error);
	if (!object_state_has_tail_object(state))
		return true;
	state->stale = state->tail_object;
	return object_body_fetch(append->objects, &append->body,
				 object_tail_key(append->objects, append->upload->id, &state->stale, append->arena), 0,
				 state->tail_size, append->error);
}

static bool send_chunk(struct append *append)
{
	const char *key;
	struct object_plan plan;

	if (!object_plan_more(limits(append), append->state.part_count, append->state.part_bytes, append->body.length,
			      &plan))
		return too_large(append);
	if (append->state.stage == OBJECT_NOWHERE)
		append->state.maker = append->upload->generation;
	key = object_staging_key(append->objects, append->upload->id, append->state.maker, append->arena);
	if (append->state.stage == OBJECT_NOWHERE && !begin(append, key))
		return false;
	append->state.stage = OBJECT_STAGED;
	return send_parts(append, &(struct object_upload){key, append->state.id}, &plan);
}

static bool same_object(const struct object_tail *a, const struct object_tail *b)
{
	return a->end > 0 && a->end == b->end && strcmp(a->maker, b->maker) == 0;
}

/* The body goes where it belongs: to the service as parts, or to the session's tail. */
static bool keep_body(struct append *append)
{
	struct object_state *state = &append->state;

	state->tail = (struct span){"", 0};
	state->tail_size = 0;
	state->tail_object.end = 0;
	if (append->body.length >= object_plan_least(limits(append)))
		return send_chunk(append);
	if (append->body.length > 0 && !keep_tail(append))
		return false;
	if (same_object(&state->stale, &state->tail_object))
		state->stale.end = 0; /* nothing was added: it is the same object */
	return true;
}

static bool append_chunk(struct append *append)
{
	return make_ready(append, false) &&
	       object_body_take(append->objects, &append->body, append->source, append->hasher, append->upload->offset == 0,
				append->error) &&
	       keep_body(append);
}

/* ---- the calls ---- */

static void remove_key(const struct append *append, const char *key)
{
	struct error ignored;

	error_init(&ignored, append->arena);
	(void)ops(append)->remove(append->objects->service, key, append->arena, &ignored);
}

/* What the call before last left: its session's row has moved on since. A failure costs an object until the sweep. */
static void forget_stale(struct append *append)
{
	struct object_state *state = &append->state;
	const char *id = append->upload->id;

	if (state->stale.end > 0)
		remove_key(append, object_tail_key(append->objects, id, &state->stale, append->arena));
	if (state->stale_staging)
		remove_key(append, object_staging_key(append->objects, id, state->stale_staging, append->arena));
	state->stale.end = 0;
	state->stale_staging = NULL;
}

static bool take(struct append *append)
{
	if (!append->source)
		return make_ready(append, true) && keep_body(append);
	return append->upload->offset == 0 && append->source->whole ? append_whole(append) : append_chunk(append);
}

static bool run(void *object)
{
	struct append *append = object;
	bool ok;

	if (!object_state_read(&append->state, ops(append)->name, append->upload, append->error))
		return false;
	if (!append->source && append->state.stage != OBJECT_STAGED) {
		append->result = append->upload->state; /* to parts and tails of other stages nobody adds in place */
		return true;
	}
	object_body_init(&append->body, append->arena);
	forget_stale(append);
	ok = take(append);
	if (ok) {
		append->result = object_state_write(&append->state, append->keep);
		ok = append->result.ptr || too_large(append);
	}
	if (!ok)
		abandon_begun(append);
	return ok;
}

static bool call(struct append *append)
{
	append->arena = &append->objects->arena;
	if (!object_guard(append->arena, run, append, append->error))
		return false;
	append->upload->offset = append->state.part_bytes + append->state.tail_size;
	append->upload->state = append->result;
	return true;
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

	return call(&append);
}

/*
 * Only to staged parts does one request add what another one began. The parts are completed, so that no more can be added to
 * them, and sent again as an upload of this request's own.
 */
bool object_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	struct append append = {.objects = objects_of(store), .upload = upload, .keep = arena, .error = error};

	return call(&append);
}
