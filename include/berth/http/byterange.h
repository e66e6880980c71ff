/* SPDX-License-Identifier: MIT */
/* Byte ranges: those asked for (RFC 9110 section 14) and those of an upload's chunk (OCI distribution-spec). */
#ifndef BERTH_HTTP_BYTERANGE_H
#define BERTH_HTTP_BYTERANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/span.h"

#define BYTERANGE_MAX 16 /* ranges in one request; real clients send one */

/* Both ends inclusive, first <= last <= INT64_MAX. */
struct byterange {
	uint64_t first;
	uint64_t last;
};

static inline uint64_t byterange_length(struct byterange range)
{
	return range.last - range.first + 1;
}

enum byterange_outcome {
	BYTERANGE_WHOLE,        /* send all of it with 200: no header, another unit, too much asked, nothing there */
	BYTERANGE_PARTIAL,      /* 206: at least one range, each within the size */
	BYTERANGE_UNSATISFIABLE /* 416: malformed, or nothing asked for exists */
};

/*
 * What a Range header asks of `size` bytes. Ranges keep their order; those beyond the end are left out. More than
 * BYTERANGE_MAX of them, or together more bytes than there are, is an attack or a confusion: the whole is sent. Nothing
 * at all has no part, so a well-formed header is ignored where size is 0 (RFC 9110 section 14.2 allows that; clients
 * such as containerd send `bytes=0-` with every fetch).
 */
enum byterange_outcome byterange_parse(struct byterange out[static BYTERANGE_MAX], size_t *count, struct span header,
				       uint64_t size);

/*
 * The Content-Range of a chunk: `first-last`. Tolerated, as clients send them: a `bytes ` prefix, a `/total` or `/ *`
 * (without the blank) behind. False when malformed.
 */
bool byterange_parse_chunk(struct byterange *out, struct span header);

#endif
