/* SPDX-License-Identifier: MIT */
/* Blobs of a repository: is it there, where are its bytes, take it away, take it over from another repository. */
#ifndef BERTH_CORE_BLOB_H
#define BERTH_CORE_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"
#include "berth/core/core.h"

/* Size of a blob that the repository links; E_BLOB_UNKNOWN otherwise. One statement. */
bool blob_size(const struct work *work, struct span path, const struct digest *digest, uint64_t *size);

/* Where the bytes of a blob are that blob_size has found. They are not looked at: see blob_check. */
bool blob_locate(const struct work *work, const struct digest *digest, const struct store_client *client,
		 struct store_location *location);

/*
 * Whether the bytes are there, `size` of them; otherwise it is logged and E_BLOB_UNKNOWN. Needed before our side sends
 * them. Behind a URL that somebody else follows it would cost a round trip to the store on every pull.
 */
bool blob_check(const struct work *work, const struct digest *digest, uint64_t size);

/* Sends `length` bytes of a located blob to the sink; false when either end failed. */
bool blob_read(const struct work *work, const struct digest *digest, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context);

/* Removes the repository's link: E_BLOB_UNKNOWN, or E_BLOB_REFERENCED while a manifest of the repository needs it. */
bool blob_unlink(const struct work *work, struct span path, const struct digest *digest);

/* From where a blob may be taken over. */
struct blob_mount {
	struct span from;            /* one repository; empty: any of `readable` */
	const struct span *readable; /* NULL: every repository */
	size_t readable_count;
};

/*
 * Links a blob of another repository into `path`. *mounted false, without an error, when there is nothing to mount:
 * whether the blob or the other repository is unknown cannot be told apart.
 */
bool blob_mount(const struct work *work, struct span path, const struct digest *digest, const struct blob_mount *mount,
		bool *mounted);

#endif
