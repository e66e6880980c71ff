/* SPDX-License-Identifier: MIT */
/* What the files of the object engine share. */
#ifndef BERTH_STORE_OBJECT_PRIV_H
#define BERTH_STORE_OBJECT_PRIV_H

#include "berth/store/ahead.h"
#include "berth/store/object.h"
#include "../spool/spool_priv.h"

#define OBJECT_CHUNK ((size_t)128 << 10)
#define OBJECT_ROW_TAIL ((uint64_t)256 << 10) /* bytes that a session keeps in its row; more becomes an object */

struct object_store {
	struct store store;
	struct object_service *service;
	char *prefix;
	struct spool spool;
	const struct ahead_board *board;
	unsigned sign_seconds;
	struct arena arena; /* of one call of the driver's functions */
	struct arena batch; /* of one batch of parts: what signing ten thousand of them takes is not held */
	unsigned char chunk[OBJECT_CHUNK];
};

static inline struct object_store *objects_of(struct store *store)
{
	return (struct object_store *)store;
}

/* ---- object.c ---- */

typedef bool object_work_fn(void *task);

/* Runs `work` with `arena` armed and cleared before and after: a call that wants too much memory fails, not the process. */
bool object_guard(struct arena *arena, object_work_fn *work, void *task, struct error *error);

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

/* ---- object_body.c: bytes on their way, in a local file ---- */

struct object_body {
	int fd; /* -1: nothing yet */
	uint64_t length;
	struct arena *arena; /* closes it */
};

void object_body_init(struct object_body *body, struct arena *arena);

/* Behind what is there already, which must be a file of ours. */
bool object_body_add(struct object_store *objects, struct object_body *body, struct span bytes, struct error *error);
bool object_body_fetch(struct object_store *objects, struct object_body *body, const char *key, uint64_t offset,
		       uint64_t length, struct error *error);

/* Empties a file of ours. */
bool object_body_empty(struct object_body *body, struct error *error);

/*
 * All of the source, which the hasher sees: a spooled file as it is where nothing is in front of it, else behind what is there.
 * `first`: the hasher has seen nothing yet.
 */
bool object_body_take(struct object_store *objects, struct object_body *body, const struct store_source *source,
		      struct hasher *hasher, bool first, struct error *error);

/* All of it, in `arena`. */
bool object_body_read(const struct object_body *body, struct span *out, struct arena *arena, struct error *error);

/* ---- object_send.c ---- */

/*
 * Sends the body as parts number `first` and up, in batches, and fills out[0..plan->count). Other memory than that of `out` is
 * not held.
 */
bool object_send(struct object_store *objects, const struct object_upload *upload, const struct object_body *body,
		 const struct object_plan *plan, unsigned first, struct object_part *out, struct error *error);

/*
 * Lays `size` bytes of the object `from` out again as the beginning of a new upload to a staging key of the request's own, in
 * parts large enough for many more: `state` becomes that upload (its tail untouched), and what is less than a part is added to
 * `body`. What was begun is in *begun, also after a failure.
 */
bool object_lay_out(struct object_store *objects, const struct store_upload *upload, const char *from, uint64_t size,
		    struct object_state *state, struct object_body *body, struct object_upload *begun, struct arena *keep,
		    struct error *error);

/* ---- the driver's functions ---- */

bool object_append(struct store *store, struct store_upload *upload, const struct store_source *source,
		   struct hasher *hasher, struct arena *arena, struct error *error);
bool object_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
			  struct digest *out, struct error *error);
bool object_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error);
bool object_finish(struct store *store, const struct store_upload *upload, const struct digest *digest,
		   struct error *error);
void object_forget(struct store *store, const struct store_upload *upload);
void object_abort(struct store *store, const struct store_upload *upload);
bool object_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
		  struct store_swept *out, struct error *error);

bool object_try_step(struct store *store, enum store_step step, struct store_trial *trial, struct arena *arena,
		     struct error *error);

/* For object_append: the bytes of the stage are an object from here on, whose key is in *key, and parts no longer. */
bool object_complete_stage(struct object_store *objects, const struct store_upload *upload,
			   const struct object_state *state, const char **key, struct error *error);

#endif
