/* SPDX-License-Identifier: MIT */
/*
 * Uploads: from a session's first byte to the blob.
 *
 *     upload_start                     makes a session, with offset 0
 *     upload_open                      opens a session: one request at a time works on it, on any node
 *     upload_append, upload_finish, upload_cancel   work on an open session
 *     upload_status                    reads the offset and does not open the session
 *     upload_whole                     makes a blob in one request, without a session
 *
 * An open session is closed when the request's arena is cleared. The states of a session are those of its row:
 *
 *     open      `offset` bytes are durable; more may come
 *     sealed    all bytes are durable and have the digest in the row; they are about to become a blob, or are one
 *     no row    finished, cancelled or purged: E_BLOB_UPLOAD_UNKNOWN
 *
 * Each opening gives the row a new generation. A request that loses its database connection loses the session's lock. When another
 * request then opens the session, the first one can change nothing more: neither the row, nor bytes that the row names.
 *
 * Every function that returns false has set work->error: with the codes named below, with those of store.h, or with E_UNAVAILABLE
 * when the database cannot work now.
 */
#ifndef BERTH_CORE_UPLOAD_H
#define BERTH_CORE_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/core/core.h"

enum upload_durability {
	UPLOAD_UNSAVED, /* no row names the bytes: they are removed when the request fails, and the client sends them again */
	UPLOAD_SAVED,   /* the session's row names the bytes */
	UPLOAD_SEALED   /* the row also says that all bytes are there, and their digest */
};

struct upload {
	struct store_upload stored; /* id, generation, offset, the driver's state */
	struct hasher hasher;       /* over exactly `offset` bytes */
	int64_t repository;
	enum upload_durability durability;
	struct digest digest; /* when sealed */
};

/* What a request is going to do with a session. */
enum upload_intent {
	UPLOAD_ADD,  /* to append bytes, and perhaps to finish it */
	UPLOAD_KEEP, /* to finish it as it is */
	UPLOAD_DROP  /* to cancel it */
};

/* The bytes of one request. */
struct upload_chunk {
	struct store_source source;
	bool empty;      /* known to hold nothing */
	bool has_first;  /* a Content-Range came with it: */
	uint64_t first;  /* must be the session's offset, else E_RANGE_INVALID */
	bool has_length; /* Content-Length or Content-Range said: */
	uint64_t length; /* must be what arrives, else E_SIZE_INVALID */
};

/* Makes a session and, if need be, its repository. `starter` is the SHA-256 of the client's token, or empty. */
bool upload_start(const struct work *work, struct span path, enum digest_algorithm algorithm, struct span starter,
		  struct upload *out);

/* *started: the session exists and was started with this token, at most `age` seconds ago. */
bool upload_started_by(const struct work *work, struct span path, struct span id, struct span starter, int64_t age,
		       bool *started);

/* Reads how many bytes are durable. E_BLOB_UPLOAD_UNKNOWN for an id that is no session of this repository. */
bool upload_status(const struct work *work, struct span path, struct span id, uint64_t *offset);

/*
 * Opens a session. E_BLOB_UPLOAD_UNKNOWN for an id that is no session of this repository. While another request has the session
 * open, few requests wait for it; the others get E_TOOMANYREQUESTS at once.
 */
bool upload_open(const struct work *work, struct span path, struct span id, enum upload_intent intent, struct upload *out);

/*
 * Adds the chunk. When it returns true, the bytes are durable and the session's row says so on every node. E_RANGE_INVALID when
 * the chunk does not begin at the session's offset or the session is sealed; E_SIZE_INVALID when more or fewer bytes come than
 * were announced.
 */
bool upload_append(const struct work *work, struct upload *upload, struct upload_chunk *chunk);

/*
 * Appends the last chunk, if any, and makes the blob. When the bytes have another digest, it cancels the session and fails with
 * E_DIGEST_INVALID. Of a sealed session it compares only the digest: a request that is repeated after a failure adds nothing.
 * Until the bytes are known to have this digest, the work depends on the session's own bytes alone and not on blobs that exist.
 */
bool upload_finish(const struct work *work, struct upload *upload, struct upload_chunk *chunk, const struct digest *digest);

/* Ends an open session and removes its bytes. E_BLOB_UPLOAD_UNKNOWN when another request has opened the session since. */
bool upload_cancel(const struct work *work, const struct upload *upload);

/*
 * Makes the chunk a blob of the repository, which is made if need be. E_DIGEST_INVALID when the bytes have another digest. *made
 * false, without an error: no bytes were sent, and the digest is not that of no bytes.
 */
bool upload_whole(const struct work *work, struct span path, struct upload_chunk *chunk, const struct digest *digest,
		  bool *made);

#endif
