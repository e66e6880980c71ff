/* SPDX-License-Identifier: MIT */
/* Blobs (end-2, end-10): the worker decides, the web server sends. */
#include <inttypes.h>

#include "berth/core/blob.h"
#include "berth/http/byterange.h"
#include "berth/http/etag.h"
#include "call.h"

#define ACCEL_PREFIX "/_berth/blobs/" /* the internal location of the rendered NGINX configuration */

static void blob_headers(struct call *call, const struct digest *digest)
{
	response_header(&call->response, "Content-Type", "application/octet-stream");
	response_header(&call->response, "Cache-Control", "max-age=31536000");
	call_digest_headers(call, digest);
}

/* ---- without a web server that sends files: through the worker ---- */

struct streaming {
	const struct work *work;
	struct digest digest;
	struct byterange range;
	struct http_io *io;
};

static bool pass_on(void *context, const void *bytes, size_t len)
{
	struct streaming *streaming = context;

	return streaming->io->write(streaming->io->context, bytes, len);
}

static bool stream_blob(void *context, struct http_io *io)
{
	struct streaming *streaming = context;

	streaming->io = io;
	return blob_read(streaming->work, &streaming->digest, streaming->range.first, byterange_length(streaming->range),
			 pass_on, streaming);
}

/* Which part is asked for. An If-Range that names another state of the blob undoes the Range (RFC 9110 13.1.5). */
static enum byterange_outcome asked(const struct call *call, const struct digest *digest, uint64_t size,
				    struct byterange ranges[static BYTERANGE_MAX], size_t *count)
{
	struct span range = http_header(&call->request, "HTTP_RANGE");
	struct span condition = http_header(&call->request, "HTTP_IF_RANGE");
	char text[DIGEST_TEXT_MAX];

	*count = 0;
	if (!range.len || (condition.ptr && !etag_matches(condition, span_of(digest_text(digest, text)), ETAG_STRONG)))
		return BYTERANGE_WHOLE;
	return byterange_parse(ranges, count, range, size);
}

static bool not_satisfiable(struct call *call, uint64_t size)
{
	error_setf(&call->error, E_RANGE_INVALID, "the blob has %" PRIu64 " bytes", size);
	response_error(&call->response, &call->error);
	response_headerf(&call->response, "Content-Range", "bytes */%" PRIu64, size);
	return true;
}

static void stream(struct call *call, const struct digest *digest, struct byterange range)
{
	struct streaming *streaming = arena_alloc(call->request.arena, sizeof *streaming);

	*streaming = (struct streaming){.work = &call->work, .digest = *digest, .range = range};
	call->response.stream = stream_blob;
	call->response.stream_context = streaming;
	response_length(&call->response, byterange_length(range));
}

static bool send_through_worker(struct call *call, const struct digest *digest, uint64_t size,
				const struct byterange *part)
{
	blob_headers(call, digest);
	response_header(&call->response, "Accept-Ranges", "bytes");
	if (part) {
		call->response.status = 206;
		response_headerf(&call->response, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, part->first,
				 part->last, size);
		stream(call, digest, *part);
	} else if (size > 0) {
		stream(call, digest, (struct byterange){0, size - 1});
	}
	return true;
}

/* ---- with one ---- */

static bool hand_over(struct call *call, const struct digest *digest, const struct store_location *location)
{
	struct span how = http_header(&call->request, "BERTH_SENDFILE");

	if (location->place != STORE_PLACE_FILE || how.len == 0)
		return false;
	blob_headers(call, digest);
	if (span_is(how, "accel")) {
		response_headerf(&call->response, "X-Accel-Redirect", ACCEL_PREFIX "%s", location->relative);
	} else {
		response_header(&call->response, "X-Sendfile", location->path);
		response_header(&call->response, "Accept-Ranges", "bytes"); /* NGINX says so itself */
	}
	call->response.length_elsewhere = true;
	return true;
}

static bool send_head(struct call *call, const struct digest *digest)
{
	uint64_t size;

	if (!blob_size(&call->work, call->match.name, digest, &size))
		return false;
	if (call_not_modified(call, digest))
		return true;
	blob_headers(call, digest);
	response_header(&call->response, "Accept-Ranges", "bytes");
	response_length(&call->response, size);
	return true;
}

/* What no server can satisfy is said here, so that the answer is the same whoever would have sent the bytes. */
bool api_blob_get(struct call *call)
{
	struct byterange ranges[BYTERANGE_MAX];
	struct store_location location;
	enum byterange_outcome outcome;
	struct digest digest;
	uint64_t size;
	size_t count;

	if (!call_digest(call, &digest))
		return false;
	if (call->request.method == HTTP_HEAD)
		return send_head(call, &digest);
	if (!blob_open(&call->work, call->match.name, &digest, &size, &location))
		return false;
	if (call_not_modified(call, &digest))
		return true;
	outcome = asked(call, &digest, size, ranges, &count);
	if (outcome == BYTERANGE_UNSATISFIABLE)
		return not_satisfiable(call, size);
	return hand_over(call, &digest, &location) ||
	       send_through_worker(call, &digest, size, outcome == BYTERANGE_PARTIAL && count == 1 ? ranges : NULL);
}

bool api_blob_delete(struct call *call)
{
	struct digest digest;

	if (!call_digest(call, &digest) || !blob_unlink(&call->work, call->match.name, &digest))
		return false;
	call_empty(call, 202);
	return true;
}
