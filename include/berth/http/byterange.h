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

/* Returns the number of bytes of a range. */
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
 * Reads what a Range header asks of a representation of `size` bytes. Ranges keep their order; those beyond the end are
 * left out. The whole is sent if there are more than BYTERANGE_MAX ranges, or together more bytes than `size`. If `size`
 * is 0, a well-formed header is ignored (RFC 9110 section 14.2): clients such as containerd send `bytes=0-` with every
 * fetch.
 */
enum byterange_outcome byterange_parse(struct byterange out[static BYTERANGE_MAX], size_t *count, struct span header,
				       uint64_t size);

/*
 * Reads the Content-Range of a chunk, `first-last`. As clients send them, a prefix `bytes ` and a `/total` or `/ *`
 * (without the blank) behind the range are accepted. Returns false for any other text.
 */
bool byterange_parse_chunk(struct byterange *out, struct span header);

#endif
