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

/* Runs one batch of requests of a call. `arena` is cleared afterwards. Returns false with the error set. */
typedef bool object_batch_fn(void *batch, struct arena *arena);

/*
 * Runs `work` with an arena of OBJECT_BATCH_MEMORY, so that a call with thousands of requests holds the memory of one batch only.
 * A batch that needs more fails with E_UNAVAILABLE and a log line.
 */
bool object_guard(struct object_store *objects, object_batch_fn *work, void *batch, struct error *error);

/* ---- object_key.c ---- */

/* Returns the key of a blob, in `arena`. */
const char *object_blob_key(const struct object_store *objects, const struct digest *digest, struct arena *arena);

/* Returns the key of `name` below berth/uploads, in `arena`. */
const char *object_uploads_key(const struct object_store *objects, const char *name, struct arena *arena);

/*
 * Returns the key of the object that holds the staged bytes of the session `id`, in `arena`. `maker` is the generation of the
 * request that made the object; "" stands for a release whose keys contained no generation.
 */
const char *object_staging_key(const struct object_store *objects, const char *id, const char *maker, struct arena *arena);

/* ---- object_plan.c: pure ---- */

/* `count` parts of `part_size` bytes. The last part has the remainder. */
struct object_plan {
	uint64_t part_size;
	unsigned count;
};

/* Plans the parts of a blob whose bytes are all present. Returns false if the blob is larger than the service takes. */
bool object_plan_whole(const struct object_limits *limits, uint64_t length, struct object_plan *out);

/*
 * Plans the parts of `length` more bytes of a session that has `offset` bytes in `used` parts. `length` is at least
 * object_plan_least. Returns false if the session would be larger than the service takes.
 */
bool object_plan_more(const struct object_limits *limits, unsigned used, uint64_t offset, uint64_t length,
		      struct object_plan *out);

/* Returns the least size of a part. Fewer bytes of a session are kept as its tail. */
uint64_t object_plan_least(const struct object_limits *limits);

/* Returns whether a session has so many parts that object_lay_out should replace them by larger ones. */
bool object_plan_crowded(const struct object_limits *limits, unsigned used);

/* ---- object_state.c: the state that the session's row keeps ---- */

enum object_stage {
	OBJECT_NOWHERE, /* no parts: all bytes are the tail */
	OBJECT_FINAL,   /* parts of an upload to the key of `digest`, which all bytes so far have; no tail */
	OBJECT_STAGED   /* parts of an upload to a staging key of the session */
};

/* Bytes at the end of a session that are too few for a part, as an object. */
struct object_tail {
	const char *maker; /* generation of the request that made it */
	uint64_t end;      /* the session's offset at the end of the tail; 0: there is no tail object */
};

/* Returns the key of a tail object of the session `id`, in `arena`. */
const char *object_tail_key(const struct object_store *objects, const char *id, const struct object_tail *tail,
			    struct arena *arena);

struct object_state {
	const char *service; /* the service that has the upload and the tail object: the name in its table */
	enum object_stage stage;
	struct digest digest; /* FINAL */
	const char *maker;    /* STAGED: generation of the request that began the upload, as in the key */
	const char *id;       /* the service's name of the upload */
	unsigned part_count;
	uint64_t part_bytes;
	struct span parts;  /* a line for each: size, tag */
	uint64_t tail_size; /* bytes after the parts */
	struct span tail;   /* these bytes, or empty if tail_object holds them */
	struct object_tail tail_object;
	struct object_tail stale;  /* a superseded tail object, which may still exist */
	const char *stale_staging; /* maker of a staging key that was superseded; NULL: none */
};

/*
 * Reads the state of a session's row. Returns false with E_BLOB_UPLOAD_INVALID if the text has no known form, contradicts the
 * row's offset, or belongs to another service.
 */
bool object_state_read(struct object_state *out, const char *service, const struct store_upload *upload,
		       struct error *error);

/* Returns the state as the row's text, in `arena`. The pointer is NULL if the text is longer than a row may hold. */
struct span object_state_write(const struct object_state *state, struct arena *arena);

/* Adds parts that the service has received. The list is then in `arena`. */
void object_state_add(struct object_state *state, const struct object_part *parts, size_t count, struct arena *arena);

/* Returns the parts as `complete` takes them, with room for `more`, in `arena`; NULL if the list is damaged. */
struct object_part *object_state_parts(const struct object_state *state, size_t more, struct arena *arena);

static inline bool object_state_has_tail_object(const struct object_state *state)
{
	return state->tail_object.end > 0;
}

/* ---- what all calls about an upload need ---- */

struct object_call {
	struct object_store *objects;
	const struct store_upload *upload;
	struct arena *arena;
	struct error *error;
	struct object_state state; /* read by object_call_begin; an append changes it into the new state */
};

/* Reads the state of the upload. Returns false with the error set if the state cannot be read. */
bool object_call_begin(struct object_call *call);

/* Returns the key to which the parts of the upload are sent. The stage must be FINAL or STAGED. */
const char *object_parts_key(const struct object_call *call);

/* Returns the key of a tail object of the upload. */
const char *object_call_tail_key(const struct object_call *call, const struct object_tail *tail);

/* Removes an object below berth/uploads. After a failure the object remains until the sweep removes it. */
void object_remove_quietly(const struct object_call *call, const char *key);

/* ---- object_body.c: the bytes that a call sends, in a local file ---- */

struct object_body {
	const struct object_call *call;
	int fd; /* -1: no bytes yet; closed with the call's arena */
	uint64_t length;
};

/* Makes an empty body. */
void object_body_init(struct object_body *body, const struct object_call *call);

/* Appends bytes. The body must not be a spooled file. Returns false with the call's error set. */
bool object_body_add(struct object_body *body, struct span bytes);

/* As object_body_add, with `length` bytes of the object `key` from `offset` on. */
bool object_body_fetch(struct object_body *body, const char *key, uint64_t offset, uint64_t length);

/* Removes all bytes. The body must not be a spooled file. Returns false with the call's error set. */
bool object_body_empty(struct object_body *body);

/*
 * Appends all bytes of the source, and updates the hasher with them. If the body is empty and the source is a spooled file, the
 * body becomes that file, and nothing is copied. `first`: the hasher has seen no bytes yet. Returns false with the call's error set.
 */
bool object_body_take(struct object_body *body, const struct store_source *source, struct hasher *hasher, bool first);

/* Reads all bytes into the call's arena. Returns false with the call's error set. */
bool object_body_read(const struct object_body *body, struct span *out);

/* ---- object_send.c ---- */

/*
 * Sends the body as parts, in batches. The first part has the number `first`. Fills out[0..plan->count). Returns false with the error
 * set if a part was not received.
 */
bool object_send(const struct object_body *body, const struct object_upload *upload, const struct object_plan *plan,
		 unsigned first, struct object_part *out, struct error *error);

/*
 * Re-chunks `size` bytes of the object `from` into larger parts, so that part numbers do not run out. The parts belong to a new
 * upload, whose staging key has this request's generation. The call's state becomes that upload; its tail is unchanged. Bytes that are
 * too few for a part are appended to `body`. *begun is the new upload, also after a failure.
 */
bool object_lay_out(struct object_call *call, const char *from, uint64_t size, struct object_body *body,
		    struct object_upload *begun);

/* ---- object_finish.c, for object_append.c ---- */

/* Completes the upload of the stage. *key is the key of the object that the parts became. Returns false with the call's error set. */
bool object_complete_stage(const struct object_call *call, const char **key);

/* ---- the driver's functions ---- */

/* Each implements the member of struct store_driver that has its name: see store.h. object_append.c has append and take_over. */
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
