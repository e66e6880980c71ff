/* SPDX-License-Identifier: MIT */
/*
 * Blob bytes behind a table of functions. A store knows digests and uploads. It knows no repository and no SQL.
 *
 * An upload is bytes on their way to becoming a blob. Its id, offset and opaque state live with the caller, in the session's row,
 * so that any node can continue where another one stopped. An object store keeps its multipart id and a tail in the state.
 *
 *     store_append(store, &upload, &source, &hasher, arena, error)   as often as bytes come: durable when it returns true
 *     store_finish(store, &upload, &digest, arena, error)            the bytes are now a blob, durably
 *     store_forget(store, &upload, arena)                            once the blob is committed: removes the upload's own copy
 *     store_abort(store, &upload, arena)                             or removes all that the upload holds
 *
 * The fence. A request that lost its database connection does not notice this, and writes on while another request continues the
 * upload. So a driver names whatever a request makes by the request's generation, and records this name in the state. Only
 * bytes that the session's row names count. A request adds in place to bytes of an earlier request only when the caller
 * knows that no other request may still add there. Otherwise the caller calls store_take_over first.
 *
 * Memory. Every function allocates from the caller's arena, which holds what the function returns (states, URLs) and what has to
 * be closed. So the caller clears the arena before it closes the store. Only what a driver needs from its opening to its
 * closing is the driver's own.
 *
 * Errors. A function that returns false has set the error: E_STORAGE_FULL (507) when space is out, E_BLOB_UPLOAD_INVALID (404)
 * when the upload's bytes are gone or its state belongs to another driver, E_UNAVAILABLE (503) when the store cannot work now,
 * E_UNKNOWN (500) when it is configured wrongly. The cause is in the log. After a failure nothing half done is visible, and the
 * same call may be repeated with the upload as it was before.
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

/* Reads up to `len` bytes; *got is 0 at the end of a whole body. Returns false when the body breaks off: the error is set. */
typedef bool store_read_fn(void *context, void *buffer, size_t len, size_t *got, struct error *error);

/* Receives bytes of a blob. Returns false to stop the read, because the receiver is gone. */
typedef bool store_sink_fn(void *context, const void *bytes, size_t len);

/* Where the bytes of an append come from: a file that the web server spooled, or a stream. */
struct store_source {
	const char *spool_path; /* NULL: read from the stream */
	store_read_fn *read;
	void *context;
	bool whole; /* came without Content-Range: a first chunk is probably all of the blob */
};

struct store_upload {
	char id[UUID_TEXT_MAX];
	char generation[UUID_TEXT_MAX]; /* of the request that works on the upload: names what the request makes */
	uint64_t offset;                /* durable bytes */
	struct span state;              /* the driver's own, at most STORE_STATE_MAX bytes */
	bool sealed; /* a finish with this digest may have succeeded before: the bytes may be only at the blob's place */
};

#define STORE_STATE_MAX ((size_t)6 << 20) /* fifty thousand parts of an object store, and a tail of 256 KiB */

enum store_place {
	STORE_PLACE_FILE,  /* a local file, which the web server sends */
	STORE_PLACE_URL,   /* a URL, to which the client is redirected or from which the web server fetches */
	STORE_PLACE_STREAM /* only store_read delivers the bytes */
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

/* Sees one blob. Returns false to end the walk. */
typedef bool store_walk_fn(void *context, const struct digest *digest, uint64_t size);

/* Tells whether a session claims the upload `id`. Returns true also when this cannot be known. */
typedef bool store_claimed_fn(void *context, const char *id);

/* What a sweep found and removed; in a dry run, what it found. */
struct store_swept {
	uint64_t count;
	uint64_t bytes;
};

/* What a driver provides: all functions. How it is opened is in its own header. The manual of each function is below. */
struct store_driver {
	const char *name;

	bool (*append)(struct store *, struct store_upload *, const struct store_source *, struct hasher *, struct arena *,
		       struct error *);
	bool (*digest_upload)(struct store *, const struct store_upload *, enum digest_algorithm, struct digest *out,
			      struct arena *, struct error *);
	bool (*take_over)(struct store *, struct store_upload *, struct arena *, struct error *);
	bool (*finish)(struct store *, const struct store_upload *, const struct digest *, struct arena *, struct error *);
	void (*forget)(struct store *, const struct store_upload *, struct arena *);
	void (*abort)(struct store *, const struct store_upload *, struct arena *);
	bool (*stat)(struct store *, const struct digest *, bool *found, uint64_t *size, struct arena *, struct error *);
	bool (*locate)(struct store *, const struct digest *, const struct store_client *, struct store_location *out,
		       struct arena *, struct error *);

	bool (*read)(struct store *, const struct digest *, uint64_t offset, uint64_t length, store_sink_fn *,
		     void *context, struct arena *, struct error *);
	bool (*remove)(struct store *, const struct digest *, struct arena *, struct error *);
	bool (*walk)(struct store *, store_walk_fn *, void *context, struct arena *, struct error *);
	bool (*sweep)(struct store *, int64_t age, bool dry_run, store_claimed_fn *, void *context, struct store_swept *out,
		      struct arena *, struct error *);

	void (*close)(struct store *);
};

/* The head of every driver's own struct. */
struct store {
	const struct store_driver *driver;
};

/*
 * Appends the whole source at upload->offset and feeds `hasher` with exactly these bytes, in order. The bytes are durable when
 * it returns true; then `upload` has the new offset and state. After a failure `upload` is as it was, and `hasher` is not.
 */
static inline bool store_append(struct store *store, struct store_upload *upload, const struct store_source *source,
				struct hasher *hasher, struct arena *arena, struct error *error)
{
	return store->driver->append(store, upload, source, hasher, arena, error);
}

/* Computes the digest of the upload's bytes by an algorithm; for another one than the session's hasher has. */
static inline bool store_digest_upload(struct store *store, const struct store_upload *upload,
				       enum digest_algorithm algorithm, struct digest *out, struct arena *arena,
				       struct error *error)
{
	return store->driver->digest_upload(store, upload, algorithm, out, arena, error);
}

/*
 * Makes the bytes before the offset this request's own, whatever an earlier request still adds behind them. The caller saves the
 * new state, and then aborts the upload as it was before if the state has changed.
 */
static inline bool store_take_over(struct store *store, struct store_upload *upload, struct arena *arena,
				   struct error *error)
{
	return store->driver->take_over(store, upload, arena, error);
}

/*
 * Makes the upload's bytes the blob `digest`. The caller knows that the bytes have this digest. A blob of the right size that is
 * there stays. May be repeated until the blob is committed and the upload forgotten.
 */
static inline bool store_finish(struct store *store, const struct store_upload *upload, const struct digest *digest,
				struct arena *arena, struct error *error)
{
	return store->driver->finish(store, upload, digest, arena, error);
}

/* Removes what the upload still holds, as far as this can be done now. For an upload whose blob is committed. */
static inline void store_forget(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store->driver->forget(store, upload, arena);
}

/* Removes what the upload holds, as far as this can be done now. The sweep finds what is left. A blob stays. */
static inline void store_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store->driver->abort(store, upload, arena);
}

/* Looks for a blob. *found false, without an error: there is none. *size is set when it is found. */
static inline bool store_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size,
			      struct arena *arena, struct error *error)
{
	return store->driver->stat(store, digest, found, size, arena, error);
}

/* Tells where a blob is that is known to exist. An object store is not asked whether it does. */
static inline bool store_locate(struct store *store, const struct digest *digest, const struct store_client *client,
				struct store_location *out, struct arena *arena, struct error *error)
{
	return store->driver->locate(store, digest, client, out, arena, error);
}

/*
 * Passes `length` bytes of a blob from `offset` on to the sink, in order. Returns false when the blob has fewer bytes or the sink
 * stops; the sink may have got some bytes by then. When the sink stops, the error may be unset.
 */
static inline bool store_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length,
			      store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	return store->driver->read(store, digest, offset, length, sink, context, arena, error);
}

/* Removes a blob. Succeeds when there is none. */
static inline bool store_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	return store->driver->remove(store, digest, arena, error);
}

/* Shows every blob to the visitor, in no order, until the visitor returns false. */
static inline bool store_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena,
			      struct error *error)
{
	return store->driver->walk(store, visit, context, arena, error);
}

/*
 * Removes what uploads without a session left behind: only what is older than `age` seconds, so that no request at work is
 * disturbed. A dry run removes nothing. *out counts what was found, also after a failure.
 */
static inline bool store_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
			       struct store_swept *out, struct arena *arena, struct error *error)
{
	return store->driver->sweep(store, age, dry_run, claimed, context, out, arena, error);
}

/* Closes the store and releases its memory. NULL is fine. */
static inline void store_close(struct store *store)
{
	if (store)
		store->driver->close(store);
}

#endif
