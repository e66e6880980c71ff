/* SPDX-License-Identifier: MIT */
/* Checksums of what is sent: the service compares them with what came ("Data validation and change detection"). */
#include "berth/base/base64.h"
#include "berth/base/crc32c.h"
#include "berth/base/log.h"
#include "gcs_priv.h"

#include <errno.h>

#define PIECE ((size_t)32 << 10) /* on the stack: there are ten thousand parts, and one arena */

/* False when the file ends early or cannot be read. */
static bool of_file(const struct http_client_body *body, uint32_t *crc)
{
	char piece[PIECE];
	uint64_t done = 0;

	while (done < body->length) {
		uint64_t left = body->length - done;
		ssize_t got = pread(body->fd, piece, left < PIECE ? (size_t)left : PIECE, (off_t)(body->offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_error("gcs: a body on its way cannot be read: %s",
				  got < 0 ? strerror(errno) : "it is too short");
			return false;
		}
		*crc = crc32c(*crc, piece, (size_t)got);
		done += (uint64_t)got;
	}
	return true;
}

const char *gcs_checksum(const struct http_client_body *body, struct arena *arena)
{
	unsigned char bytes[4];
	uint32_t crc = 0;

	if (body->bytes)
		crc = crc32c(0, body->bytes, (size_t)body->length);
	else if (!of_file(body, &crc))
		return NULL;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(crc >> (24 - 8 * i));
	return base64_encode(arena, bytes, sizeof bytes);
}
