/* SPDX-License-Identifier: MIT */
/* Blobs of a repository: size, place, content, removal, mount from another repository. Every function that returns false has set
 * work->error. */
#ifndef BERTH_CORE_BLOB_H
#define BERTH_CORE_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/core/core.h"

/* Finds the size of a blob that the repository links; E_BLOB_UNKNOWN otherwise. One statement. */
bool blob_size(const struct work *work, struct span path, const struct digest *digest, uint64_t *size);

/*
 * Tells where `client` finds the bytes of a blob that blob_size has found: the locators of the configuration decide, then the store.
 * The bytes are not looked at; see blob_check. *location points into the request's arena.
 */
bool blob_locate(const struct work *work, const struct digest *digest, const struct store_client *client,
		 struct store_location *location);

/*
 * Checks that the store has the bytes, `size` of them; otherwise E_BLOB_UNKNOWN and a log line. Needed before our side sends the
 * bytes. For a URL that the client follows, the check would cost a round trip to the store on every pull.
 */
bool blob_check(const struct work *work, const struct digest *digest, uint64_t size);

/* Passes `length` bytes of a blob from `offset` on to the sink. Returns false when the store or the sink fails. */
bool blob_read(const struct work *work, const struct digest *digest, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context);

/* Removes the repository's link: E_BLOB_UNKNOWN, or E_BLOB_REFERENCED while a manifest of the repository needs it. */
bool blob_unlink(const struct work *work, struct span path, const struct digest *digest);

/* The repositories from which a blob may be mounted. */
struct blob_mount {
	struct span from;            /* one repository; empty: any of `readable` */
	const struct span *readable; /* what the client may read; NULL: every repository */
	size_t readable_count;
};

/*
 * Links a blob of another repository into `path`. *mounted false, without an error: there is nothing to mount. The caller does not
 * learn whether the blob or the other repository is unknown.
 */
bool blob_mount(const struct work *work, struct span path, const struct digest *digest, const struct blob_mount *mount,
		bool *mounted);

#endif
