/* SPDX-License-Identifier: MIT */
/* What the files of the object engine share. */
#ifndef BERTH_STORE_OBJECT_PRIV_H
#define BERTH_STORE_OBJECT_PRIV_H

#include "berth/store/prehash.h"
#include "berth/store/object.h"
#include "../spool/spool_priv.h"

#define OBJECT_CHUNK ((size_t)128 << 10)
#define OBJECT_BATCH_MEMORY ((size_t)16 << 20) /* a request for each of 64 parts or keys, and a page of a listing */
#define OBJECT_ROW_TAIL ((uint64_t)256 << 10)  /* bytes that a session keeps in its row; more becomes an object */

struct object_store {
	struct store store;
	struct object_service *service;
	char *prefix;
	struct spool spool;
	const struct prehash_table *prehashes;
	unsigned sign_seconds;
	struct arena batch; /* of object_guard */
	unsigned char chunk[OBJECT_CHUNK];
};

static inline struct object_store *objects_of(struct store *store)
{
	return (struct object_store *)store;
}

static inline const struct object_service_ops *object_ops(const struct object_store *objects)
{
	return objects->service->ops;
}

/* ---- object_guard.c ---- */

/* One batch of a call that may have thousands of requests. `arena` is cleared afterwards. */
typedef bool object_batch_fn(void *batch, struct arena *arena);

/*
 * Runs `work` with memory of its own, so that a call holds the memory of one batch and not of all. A batch that needs more
 * than it may have fails with E_UNAVAILABLE and a log line.
 */
bool object_guard(struct object_store *objects, object_batch_fn *work, void *batch, struct error *error);

/* ---- object_key.c ---- */

/* Keys: of a blob; below berth/uploads; of a session's staged bytes, and of its tail. */
const char *object_blob_key(const struct object_store *objects, const struct digest *digest, struct arena *arena);
const char *object_uploads_key(const struct object_store *objects, const char *name, struct arena *arena);

/* An object below berth/uploads that a request made for a session. "" is a maker of a release that named none. */
const char *object_staging_key(const struct object_store *objects, const char *id, const char *maker, struct arena *arena);

/* ---- object_plan.c: pure ---- */

/* Parts of `part_size` bytes, but for the last one, which has what is left. */
struct object_plan {
	uint64_t part_size;
	unsigned count;
};

/* A blob of which all is there. False: larger than the service takes. */
bool object_plan_whole(const struct object_limits *limits, uint64_t length, struct object_plan *out);

/* `length` (not below object_plan_least) more bytes of a session that stands at `offset`, in `used` parts. */
bool object_plan_more(const struct object_limits *limits, unsigned used, uint64_t offset, uint64_t length,
		      struct object_plan *out);

/* Fewer bytes of a session are not sent as a part but kept as its tail. */
uint64_t object_plan_least(const struct object_limits *limits);

/* A session of so many parts is better laid out again in larger ones. */
bool object_plan_crowded(const struct object_limits *limits, unsigned used);

/* ---- object_state.c: what stands in the session's row ---- */

enum object_stage {
	OBJECT_NOWHERE, /* no parts: all bytes are the tail */
	OBJECT_FINAL,   /* parts of an upload to the key of `digest`, which all bytes so far have; no tail */
	OBJECT_STAGED   /* parts of an upload to a staging key of the session */
};

/* Bytes at the end of a session that are too few for a part, as an object. */
struct object_tail {
	const char *maker; /* generation of the request that made it */
	uint64_t end;      /* the session's offset behind it; 0: there is none */
};

const char *object_tail_key(const struct object_store *objects, const char *id, const struct object_tail *tail,
			    struct arena *arena);

struct object_state {
	const char *service; /* whose upload and tail object they are: the name in its table */
	enum object_stage stage;
	struct digest digest; /* FINAL */
	const char *maker;    /* STAGED: generation of the request that began the upload: of its key */
	const char *id;       /* of the service's upload */
	unsigned part_count;
	uint64_t part_bytes;
	struct span parts;  /* a line for each: size, tag */
	uint64_t tail_size; /* bytes behind the parts */
	struct span tail;   /* they themselves, or empty: they are the object: */
	struct object_tail tail_object;
	struct object_tail stale;  /* superseded, and may still be there */
	const char *stale_staging; /* maker of a staging key that was superseded; NULL: none */
};

/* False, with E_BLOB_UPLOAD_INVALID, when the row's state does not fit its offset, is of no known form or another service's. */
bool object_state_read(struct object_state *out, const char *service, const struct store_upload *upload,
		       struct error *error);

/* The row's bytes, in `arena`; ptr NULL when they are more than a row may hold. */
struct span object_state_write(const struct object_state *state, struct arena *arena);

/* Adds parts that were sent; the list then lives in `arena`. */
void object_state_add(struct object_state *state, const struct object_part *parts, size_t count, struct arena *arena);

/* The parts as the service wants them back, with room for `more`. NULL when the list is damaged. */
struct object_part *object_state_parts(const struct object_state *state, size_t more, struct arena *arena);

static inline bool object_state_has_tail_object(const struct object_state *state)
{
	return state->tail_object.end > 0;
}

/* ---- what the calls about an upload share ---- */

struct object_call {
	struct object_store *objects;
	const struct store_upload *upload;
	struct arena *arena;
	struct error *error;
	struct object_state state; /* the upload's, read by object_call_begin; an append makes it the new one */
};

/* False: the state cannot be read, and the error is set. */
bool object_call_begin(struct object_call *call);

/* Keys of the upload: of its parts (when the stage has any), and of its tail object. */
const char *object_parts_key(const struct object_call *call);
const char *object_call_tail_key(const struct object_call *call, const struct object_tail *tail);

/* Removes an object below berth/uploads that is not needed any more. A failure costs an object until the sweep. */
void object_remove_quietly(const struct object_call *call, const char *key);

/* ---- object_body.c: bytes on their way, in a local file ---- */

struct object_body {
	const struct object_call *call;
	int fd; /* -1: nothing yet; closed with the call's arena */
	uint64_t length;
};

void object_body_init(struct object_body *body, const struct object_call *call);

/* Behind what is there already, which must be a file of ours. */
bool object_body_add(struct object_body *body, struct span bytes);
bool object_body_fetch(struct object_body *body, const char *key, uint64_t offset, uint64_t length);

/* Empties a file of ours. */
bool object_body_empty(struct object_body *body);

/*
 * All of the source, which the hasher sees: a spooled file as it is where nothing is in front of it, else behind what is there.
 * `first`: the hasher has seen nothing yet.
 */
bool object_body_take(struct object_body *body, const struct store_source *source, struct hasher *hasher, bool first);

/* All of it, in the call's arena. */
bool object_body_read(const struct object_body *body, struct span *out);

/* ---- object_send.c ---- */

/* Sends the body as parts number `first` and up, in batches, and fills out[0..plan->count). */
bool object_send(const struct object_body *body, const struct object_upload *upload, const struct object_plan *plan,
		 unsigned first, struct object_part *out, struct error *error);

/*
 * Lays `size` bytes of the object `from` out again as the beginning of a new upload to a staging key of the request's own, in
 * parts large enough for many more: the call's state becomes that upload (its tail untouched), and what is less than a part is
 * added to `body`. What was begun is in *begun, also after a failure.
 */
bool object_lay_out(struct object_call *call, const char *from, uint64_t size, struct object_body *body,
		    struct object_upload *begun);

/* ---- object_finish.c, for object_append.c ---- */

/* The bytes of the stage are an object from here on, whose key is in *key, and parts no longer. */
bool object_complete_stage(const struct object_call *call, const char **key);

/* ---- the driver's functions ---- */

bool object_append(struct store *store, struct store_upload *upload, const struct store_source *source,
		   struct hasher *hasher, struct arena *arena, struct error *error);
bool object_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
			  struct digest *out, struct arena *arena, struct error *error);
bool object_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error);
bool object_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct arena *arena,
		   struct error *error);
void object_forget(struct store *store, const struct store_upload *upload, struct arena *arena);
void object_abort(struct store *store, const struct store_upload *upload, struct arena *arena);
bool object_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
		  struct store_swept *out, struct arena *arena, struct error *error);

#endif
