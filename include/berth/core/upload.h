/* SPDX-License-Identifier: MIT */
/*
 * Uploads: from a session's first byte to the blob.
 *
 *     upload_start                     a session, offset 0
 *     upload_open                      locks it: one request at a time writes to a session, on whatever node
 *     upload_append, upload_finish, upload_cancel   on an open session
 *     upload_status                    reads where it stands, without the lock, disturbing nobody
 *     upload_whole                     a blob in one request, without a session
 *
 * An open session is unlocked when the request's arena is cleared. The states of a session are its row's:
 * the row is there (open, `offset` bytes durable) or it is not (finished, cancelled, purged: E_BLOB_UPLOAD_UNKNOWN).
 */
#ifndef BERTH_CORE_UPLOAD_H
#define BERTH_CORE_UPLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/core/core.h"

struct upload {
	struct store_upload stored; /* id, offset, the driver's state */
	struct hasher hasher;       /* over exactly `offset` bytes */
	int64_t repository;
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

bool upload_open(const struct work *work, struct span path, struct span id, struct upload *out);

/* Durable when true: the session's row says so on every node. */
bool upload_append(const struct work *work, struct upload *upload, struct upload_chunk *chunk);

/* Appends the last chunk, if any, and makes the blob. Another digest than said: E_DIGEST_INVALID, and it is cancelled. */
bool upload_finish(const struct work *work, struct upload *upload, struct upload_chunk *chunk, const struct digest *digest);

bool upload_cancel(const struct work *work, const struct upload *upload);

/* *made false, without an error: nothing was sent and the digest is not that of nothing. */
bool upload_whole(const struct work *work, struct span path, struct upload_chunk *chunk, const struct digest *digest,
		  bool *made);

#endif
