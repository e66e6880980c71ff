/* SPDX-License-Identifier: MIT */
/*
 * Blob bytes behind a table of functions. Knows digests and uploads; knows no repository and no SQL.
 *
 * An upload is bytes on their way to becoming a blob. Its id, offset and opaque state live with the caller (the session
 * row), so that any node can go on where another stopped: object stores keep their multipart ids and tails in the state.
 *
 *     store_append(store, &upload, &source, &hasher, arena, error)   as often as bytes come: durable when it returns true
 *     store_finish(store, &upload, &digest, arena, error)            the bytes are now a blob, durably
 *     store_forget(store, &upload, arena)                            once the blob is committed: the upload's own copy goes
 *     store_abort(store, &upload, arena)                             or the upload leaves nothing behind
 *
 * The fence. A request that lost its database connection does not notice, and goes on to write while another request continues
 * the upload. So a driver names whatever a request makes by the request's generation, and records that name in the state.
 * Only bytes that the session's row names count. A request adds in place to what an earlier one made only when the caller
 * knows that no other request may still do so; otherwise the caller calls store_take_over first.
 *
 * Every function allocates from the caller's arena, which holds what it returns (states, URLs) and what is to be closed. So the
 * arena is cleared before the store is closed. Only what a driver needs from its opening to its closing is its own.
 *
 * Every function that can fail sets the error: E_STORAGE_FULL (507) when space is out, E_UNAVAILABLE (503) when the
 * store cannot do its work now; the cause is logged. After a failure nothing half done is visible, and the same call
 * may be made again with the upload as it was before.
 */
#ifndef BERTH_STORE_STORE_H
#define BERTH_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/digest.h"
#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/base/uuid.h"

struct store;

/* Reads up to `len` bytes: *got is 0 at the end of a whole body. False: the body broke off; the error is set. */
typedef bool store_read_fn(void *context, void *buffer, size_t len, size_t *got, struct error *error);

/* Takes bytes on their way out. False stops the read: the receiver is gone. */
typedef bool store_sink_fn(void *context, const void *bytes, size_t len);

/* Where the bytes of an append come from: a file the web server spooled, or a stream. */
struct store_source {
	const char *spool_path; /* NULL: read from the stream */
	store_read_fn *read;
	void *context;
	bool whole; /* no Content-Range came with it: as a first chunk it is, as far as can be told, all of the blob */
};

struct store_upload {
	char id[UUID_TEXT_MAX];
	char generation[UUID_TEXT_MAX]; /* of the request that works on the upload: names what the request makes */
	uint64_t offset;                /* durable bytes */
	struct span state;              /* the driver's own, at most STORE_STATE_MAX bytes */
	bool sealed; /* a finish as this digest may have succeeded before: then the bytes may be only at the blob's place */
};

#define STORE_STATE_MAX ((size_t)6 << 20) /* fifty thousand parts of an object store, and a tail of 256 KiB */

enum store_place {
	STORE_PLACE_FILE,  /* a local file: the web server sends it */
	STORE_PLACE_URL,   /* elsewhere: the client is redirected, or the web server fetches it */
	STORE_PLACE_STREAM /* only through store_read */
};

struct store_location {
	enum store_place place;
	const char *path;     /* FILE: absolute */
	const char *relative; /* FILE: below the blobs folder */
	const char *url;      /* URL */
};

/* The client that will follow a location. All zero: any client, with a GET. */
struct store_client {
	bool head;           /* sends a HEAD: a signed URL is valid for one method */
	bool web_server;     /* is our own web server, which fetches the bytes for a client: locators do not apply */
	const char *address; /* as text; NULL: not known */
};

typedef bool store_walk_fn(void *context, const struct digest *digest, uint64_t size);

/* Does a session claim the upload `id`? When that cannot be known: yes. */
typedef bool store_claimed_fn(void *context, const char *id);

/* What a sweep met (and, unless it was a dry run, removed). */
struct store_swept {
	uint64_t count;
	uint64_t bytes;
};

/* What a driver provides. All MUST be there; `open` differs per driver and is in the driver's own header. */
struct store_driver {
	const char *name;

	/* Appends the whole source at upload->offset, feeding `hasher` with exactly those bytes, in order. */
	bool (*append)(struct store *, struct store_upload *, const struct store_source *, struct hasher *, struct arena *,
		       struct error *);

	/* Digest of the upload's bytes by another algorithm than the session's. */
	bool (*digest_upload)(struct store *, const struct store_upload *, enum digest_algorithm, struct digest *out,
			      struct arena *, struct error *);

	/* Makes the bytes before the offset this request's own, whatever an earlier request still writes behind it. */
	bool (*take_over)(struct store *, struct store_upload *, struct arena *, struct error *);

	/*
	 * Makes the upload's bytes, of which the caller knows that they have this digest, the blob `digest`. A blob of the
	 * right size that is there stays. May be repeated until the blob is committed and the upload forgotten.
	 */
	bool (*finish)(struct store *, const struct store_upload *, const struct digest *, struct arena *, struct error *);

	/* The blob is committed: removes what the upload still holds, as far as that can be done now. */
	void (*forget)(struct store *, const struct store_upload *, struct arena *);

	/* Removes what the upload left, as far as that can be done now. */
	void (*abort)(struct store *, const struct store_upload *, struct arena *);

	/* *found false: no such blob. */
	bool (*stat)(struct store *, const struct digest *, bool *found, uint64_t *size, struct arena *, struct error *);

	/* Of a blob that is known to be there: an object store is not asked for it again. */
	bool (*locate)(struct store *, const struct digest *, const struct store_client *, struct store_location *out,
		       struct arena *, struct error *);

	bool (*read)(struct store *, const struct digest *, uint64_t offset, uint64_t length, store_sink_fn *,
		     void *context, struct arena *, struct error *);

	/* Removing what is not there is success. */
	bool (*remove)(struct store *, const struct digest *, struct arena *, struct error *);

	/* Every blob, in no order, until the visitor returns false. */
	bool (*walk)(struct store *, store_walk_fn *, void *context, struct arena *, struct error *);

	/*
	 * Removes what uploads left behind that have no session any more: only what is older than `age` seconds, so
	 * that no request at work is disturbed.
	 */
	bool (*sweep)(struct store *, int64_t age, bool dry_run, store_claimed_fn *, void *context, struct store_swept *out,
		      struct arena *, struct error *);

	void (*close)(struct store *);
};

/* The head of every driver's own struct. */
struct store {
	const struct store_driver *driver;
};

static inline bool store_append(struct store *store, struct store_upload *upload, const struct store_source *source,
				struct hasher *hasher, struct arena *arena, struct error *error)
{
	return store->driver->append(store, upload, source, hasher, arena, error);
}

static inline bool store_digest_upload(struct store *store, const struct store_upload *upload,
				       enum digest_algorithm algorithm, struct digest *out, struct arena *arena,
				       struct error *error)
{
	return store->driver->digest_upload(store, upload, algorithm, out, arena, error);
}

static inline bool store_take_over(struct store *store, struct store_upload *upload, struct arena *arena,
				   struct error *error)
{
	return store->driver->take_over(store, upload, arena, error);
}

static inline bool store_finish(struct store *store, const struct store_upload *upload, const struct digest *digest,
				struct arena *arena, struct error *error)
{
	return store->driver->finish(store, upload, digest, arena, error);
}

static inline void store_forget(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store->driver->forget(store, upload, arena);
}

static inline void store_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store->driver->abort(store, upload, arena);
}

static inline bool store_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size,
			      struct arena *arena, struct error *error)
{
	return store->driver->stat(store, digest, found, size, arena, error);
}

static inline bool store_locate(struct store *store, const struct digest *digest, const struct store_client *client,
				struct store_location *out, struct arena *arena, struct error *error)
{
	return store->driver->locate(store, digest, client, out, arena, error);
}

static inline bool store_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length,
			      store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	return store->driver->read(store, digest, offset, length, sink, context, arena, error);
}

static inline bool store_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	return store->driver->remove(store, digest, arena, error);
}

static inline bool store_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena,
			      struct error *error)
{
	return store->driver->walk(store, visit, context, arena, error);
}

static inline bool store_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
			       struct store_swept *out, struct arena *arena, struct error *error)
{
	return store->driver->sweep(store, age, dry_run, claimed, context, out, arena, error);
}

/* NULL is fine. */
static inline void store_close(struct store *store)
{
	if (store)
		store->driver->close(store);
}

#endif
