/* SPDX-License-Identifier: MIT */
/*
 * Uploads: from a session's first byte to the blob.
 *
 *     upload_start                     a session, offset 0
 *     upload_open                      one request at a time works on a session, on whatever node
 *     upload_append, upload_finish, upload_cancel   on an open session
 *     upload_status                    reads the offset, without opening the session
 *     upload_whole                     a blob in one request, without a session
 *
 * An open session is closed when the request's arena is cleared. The states of a session are those of its row:
 *
 *     open      `offset` bytes are durable; more may come
 *     sealed    all bytes are durable, and have the digest that stands in the row; they are about to become a blob, or are one
 *     no row    finished, cancelled or purged: E_BLOB_UPLOAD_UNKNOWN
 *
 * Each opening gives the row a new generation. A request whose generation the row no longer has (its database connection was
 * lost, and with it the session's lock) can change nothing any more: neither the row, nor bytes that the row names.
 */
#ifndef BERTH_CORE_UPLOAD_H
#define BERTH_CORE_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/core/core.h"

enum upload_durability {
	UPLOAD_UNSAVED, /* no row knows of the bytes: they go when the request fails, and come again */
	UPLOAD_SAVED,   /* the session's row knows of the bytes */
	UPLOAD_SEALED   /* the row knows that they are all there, and their digest */
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

/* `starter` is the SHA-256 of the token that asks for it, or empty. */
bool upload_start(const struct work *work, struct span path, enum digest_algorithm algorithm, struct span starter,
		  struct upload *out);

/* Was the session started with this token, not more than `age` seconds ago? Unknown sessions were not. */
bool upload_started_by(const struct work *work, struct span path, struct span id, struct span starter, int64_t age,
		       bool *started);

bool upload_status(const struct work *work, struct span path, struct span id, uint64_t *offset);

/*
 * E_BLOB_UPLOAD_UNKNOWN for an id that is no session of this repository. A session that another request has open is waited
 * for, by few requests; the others get E_TOOMANYREQUESTS at once.
 */
bool upload_open(const struct work *work, struct span path, struct span id, enum upload_intent intent, struct upload *out);

/* Durable when true: the session's row says so on every node. E_RANGE_INVALID when the session is sealed. */
bool upload_append(const struct work *work, struct upload *upload, struct upload_chunk *chunk);

/*
 * Appends the last chunk, if any, and makes the blob. Another digest than said: E_DIGEST_INVALID, and the session is cancelled.
 * Of a sealed session only the digest is compared: a request that is repeated after a failure adds nothing. The work depends
 * on the session's own bytes alone, whatever blobs there are, until these bytes are known to have this digest.
 */
bool upload_finish(const struct work *work, struct upload *upload, struct upload_chunk *chunk, const struct digest *digest);

bool upload_cancel(const struct work *work, const struct upload *upload);

/* *made false, without an error: nothing was sent and the digest is not that of nothing. */
bool upload_whole(const struct work *work, struct span path, struct upload_chunk *chunk, const struct digest *digest,
		  bool *made);

#endif
