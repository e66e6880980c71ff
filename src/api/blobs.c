/* SPDX-License-Identifier: MIT */
/* Blobs (end-2, end-10): the worker decides, the web server sends. */
#include <inttypes.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/url.h"
#include "berth/core/blob.h"
#include "berth/http/byterange.h"
#include "berth/http/etag.h"
#include "berth/http/front.h"
#include "call.h"

#define BLOB_CACHED "max-age=31536000"

static void blob_headers(struct call *call, const struct digest *digest)
{
	response_header(&call->response, "Content-Type", "application/octet-stream");
	response_header(&call->response, "Cache-Control", BLOB_CACHED);
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
	(void)error_setf(&call->error, E_RANGE_INVALID, "the blob has %" PRIu64 " bytes", size);
	return error_header(&call->error, "Content-Range", arena_printf(call->request.arena, "bytes */%" PRIu64, size));
}

static void stream(struct call *call, const struct digest *digest, struct byterange range)
{
	struct streaming *streaming = arena_alloc(call->request.arena, sizeof *streaming);

	*streaming = (struct streaming){.work = &call->work, .digest = *digest, .range = range};
	call->response.stream = stream_blob;
	call->response.stream_context = streaming;
	response_length(&call->response, byterange_length(range));
}

static bool send_through_worker(struct call *call, const struct digest *digest, uint64_t size, const struct byterange *part)
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

/*
 * Web servers judge these two once more for a file that they send, and wrongly: NGINX before it knows the entity tag, both by
 * the file's own date.
 */
static bool is_conditional(const struct call *call)
{
	return http_header(&call->request, "HTTP_IF_MATCH").ptr ||
	       http_header(&call->request, "HTTP_IF_UNMODIFIED_SINCE").ptr;
}

/* A few bytes on a condition, as large as manifests are: a worker that sent whole layers would wait for slow clients. */
static bool worker_should_send(const struct call *call, uint64_t size, const struct byterange *part)
{
	return is_conditional(call) && (part ? byterange_length(*part) : size) <= LIMIT_MANIFEST;
}

static bool send_file(struct call *call, const struct digest *digest, const struct store_location *location)
{
	struct span how = http_header(&call->request, FRONT_SENDFILE);

	if (how.len == 0)
		return false;
	blob_headers(call, digest);
	if (span_is(how, FRONT_SENDFILE_NGINX)) {
		response_headerf(&call->response, "X-Accel-Redirect", FRONT_LOCATION_BLOBS "%s", location->relative);
	} else {
		response_header(&call->response, "X-Sendfile", location->path);
		response_header(&call->response, "Accept-Ranges", "bytes"); /* NGINX says so itself */
	}
	call->response.length_elsewhere = true;
	return true;
}

/* ---- by the store itself ---- */

/* Who lies about it is sent to the same bytes at another place. */
static const char *client_address(const struct call *call)
{
	static const char *const told_by[] = {"HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "REMOTE_ADDR"};
	struct span all, first;

	for (size_t i = 0; i < sizeof told_by / sizeof *told_by; i++) {
		all = http_header(&call->request, told_by[i]);
		if (span_split(&all, ',', &first) && span_trim(first).len > 0)
			return arena_span(call->request.arena, span_trim(first));
	}
	return NULL;
}

static bool locate(struct call *call, const struct digest *digest, struct store_location *location)
{
	struct store_client client = {
		.head = call->request.method == HTTP_HEAD,
		.web_server = !call->settings->redirect,
		.address = client_address(call),
	};

	return blob_locate(&call->work, digest, &client, location);
}

/* No Cache-Control: the URL in it does not hold as long as the blob does. */
static bool redirect(struct call *call, const struct digest *digest, const char *url)
{
	call_empty(call, 307);
	response_header(&call->response, "Content-Type", "application/octet-stream");
	response_header(&call->response, "Location", url);
	call_digest_headers(call, digest);
	return true;
}

/* Once in a worker's life. Of the URL no more than its origin is told. */
static void tell_of_other_origin(const char *url, struct span origin)
{
	static bool told;
	struct span seen = url_split(span_of(url)).origin;

	if (!told)
		log_warn(
			"storage.redirect.disable: blobs are at %.*s, and the web server fetches from %.*s: they go through the "
			"workers until its configuration is rendered again",
			SPAN_ARG(seen), origin.len ? (int)origin.len : 7, origin.len ? origin.ptr : "nowhere");
	told = true;
}

/*
 * The web server fetches the bytes. It goes to one origin only, which its configuration names and which we get to know as
 * FRONT_FETCH; a URL that is elsewhere it is not given. Only the request's target and the range travel: the client's own
 * Range and If-Range are ours to judge, and its Authorization is nothing for the store.
 */
static bool fetch(struct call *call, const struct digest *digest, const char *url, const struct byterange *part)
{
	struct span origin = http_header(&call->request, FRONT_FETCH);

	if (origin.len == 0 || strncmp(url, origin.ptr, origin.len) != 0 || url[origin.len] != '/') {
		tell_of_other_origin(url, origin);
		return false;
	}
	response_header(&call->response, "Content-Type", "application/octet-stream");
	call_digest_headers(call, digest);
	if (span_is(http_header(&call->request, FRONT_SENDFILE), FRONT_SENDFILE_NGINX)) {
		response_header(&call->response, "X-Accel-Redirect",
				FRONT_LOCATION_FETCH); /* adds the rest, unless that fails */
	} else {
		call->response.status = FRONT_APACHE_FETCH;
		response_header(&call->response, "Cache-Control", BLOB_CACHED);
		response_header(&call->response, "Accept-Ranges", "bytes");
	}
	response_header(&call->response, FRONT_TARGET, url + origin.len);
	if (part)
		response_headerf(&call->response, FRONT_RANGE, "bytes=%" PRIu64 "-%" PRIu64, part->first, part->last);
	call->response.length_elsewhere = true;
	return true;
}

/* The web server comes back with the store's status, the last one where it has several, as it could not fetch. */
static bool fetch_failed(struct call *call, const struct digest *digest)
{
	struct span status = http_header(&call->request, FRONT_FETCH_FAILED);
	char text[DIGEST_TEXT_MAX];

	log_error("storage: blob %s: the web server could not fetch it, status %.*s", digest_text(digest, text),
		  SPAN_ARG(status));
	if (status.len >= 3 && span_is(span_after(status, status.len - 3), "404"))
		return error_setf(&call->error, E_BLOB_UNKNOWN, "%s", text);
	return error_unavailable(&call->error, FRONT_RETRY_AFTER);
}

static bool send_head(struct call *call, const struct digest *digest, uint64_t size)
{
	blob_headers(call, digest);
	response_header(&call->response, "Accept-Ranges", "bytes");
	response_length(&call->response, size);
	return true;
}

/* What no server can satisfy is said here, so that the answer is the same whoever would have sent the bytes. */
static bool send_body(struct call *call, const struct digest *digest, uint64_t size, const struct store_location *location)
{
	struct byterange ranges[BYTERANGE_MAX];
	enum byterange_outcome outcome;
	const struct byterange *part;
	size_t count;

	if (location->place != STORE_PLACE_URL && !blob_check(&call->work, digest, size))
		return false;
	outcome = asked(call, digest, size, ranges, &count);
	if (outcome == BYTERANGE_UNSATISFIABLE)
		return not_satisfiable(call, size);
	part = outcome == BYTERANGE_PARTIAL && count == 1 ? ranges : NULL;
	if (location->place == STORE_PLACE_FILE && !worker_should_send(call, size, part) &&
	    send_file(call, digest, location))
		return true;
	if (location->place == STORE_PLACE_URL) {
		if (fetch(call, digest, location->url, part))
			return true;
		if (!blob_check(&call->work, digest, size))
			return false;
	}
	return send_through_worker(call, digest, size, part);
}

/*
 * No bytes: the worker answers by itself. Web servers and object stores judge a Range once more for what they send, and
 * answer 416 where nothing is.
 */
static bool send_empty(struct call *call, const struct digest *digest)
{
	struct byterange ranges[BYTERANGE_MAX];
	size_t count;

	if (asked(call, digest, 0, ranges, &count) == BYTERANGE_UNSATISFIABLE)
		return not_satisfiable(call, 0);
	return send_through_worker(call, digest, 0, NULL);
}

bool api_blob_get(struct call *call)
{
	bool head = call->request.method == HTTP_HEAD;
	struct store_location location;
	struct digest digest;
	uint64_t size;

	if (!call_digest(call, &digest) || !blob_size(&call->work, call->match.name, &digest, &size))
		return false;
	if (http_header(&call->request, FRONT_FETCH_FAILED).len > 0)
		return fetch_failed(call, &digest);
	if (!call_precondition(call, &digest))
		return false;
	if (call_not_modified(call, &digest))
		return true;
	if (head && !call->settings->redirect)
		return send_head(call, &digest, size);
	if (size == 0)
		return send_empty(call, &digest);
	if (!locate(call, &digest, &location))
		return false;
	if (location.place == STORE_PLACE_URL && call->settings->redirect)
		return redirect(call, &digest, location.url);
	return head ? send_head(call, &digest, size) : send_body(call, &digest, size, &location);
}

bool api_blob_delete(struct call *call)
{
	struct digest digest;

	if (!call_digest(call, &digest) || !blob_unlink(&call->work, call->match.name, &digest))
		return false;
	call_empty(call, 202);
	return true;
}
