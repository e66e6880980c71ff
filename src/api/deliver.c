/* SPDX-License-Identifier: MIT */
/* How the bytes of a blob come to the client: the worker decides, the web server or the store sends. */
#include "deliver.h"

#include <inttypes.h>
#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/url.h"
#include "berth/core/blob.h"
#include "berth/http/byterange.h"
#include "berth/http/etag.h"
#include "berth/http/front.h"

#define BLOB_CACHED "max-age=31536000"

/* What is to be sent. */
struct delivery {
	struct digest digest;
	uint64_t size;         /* of the whole blob */
	bool partial;          /* only `part` of it */
	struct byterange part; /* the whole blob unless `partial` */
	struct store_location location;
};

static void blob_headers(struct call *call, const struct digest *digest)
{
	response_header(&call->response, "Content-Type", "application/octet-stream");
	response_header(&call->response, "Cache-Control", BLOB_CACHED);
	call_digest_headers(call, digest);
}

/* ---- what is asked for ---- */

/*
 * Reads Range, which HEAD does not have (RFC 9110 section 14.2). An If-Range that names another state of the blob undoes the Range (RFC 9110 section 13.1.5). The worker judges it
 * for all ways of delivery, so that an answer does not depend on who sends the bytes. Several parts are answered with the whole.
 */
static bool read_range(struct call *call, struct delivery *delivery)
{
	struct span range = http_header(&call->request, "HTTP_RANGE");
	struct span condition = http_header(&call->request, "HTTP_IF_RANGE");
	struct byterange ranges[BYTERANGE_MAX];
	enum byterange_outcome outcome;
	char text[DIGEST_TEXT_MAX];
	size_t count;

	delivery->part = (struct byterange){0, delivery->size ? delivery->size - 1 : 0};
	if (call->request.method == HTTP_HEAD || !range.len ||
	    (condition.ptr && !etag_matches(condition, span_of(digest_text(&delivery->digest, text)), ETAG_STRONG)))
		return true;
	outcome = byterange_parse(ranges, &count, range, delivery->size);
	if (outcome == BYTERANGE_UNSATISFIABLE) {
		(void)error_setf(&call->error, E_RANGE_INVALID, "the blob has %" PRIu64 " bytes", delivery->size);
		return error_header(&call->error, "Content-Range",
				    arena_printf(call->request.arena, "bytes */%" PRIu64, delivery->size));
	}
	delivery->partial = outcome == BYTERANGE_PARTIAL && count == 1;
	if (delivery->partial)
		delivery->part = ranges[0];
	return true;
}

/*
 * The client's address, for middlewares that choose a store near it. A forged address only changes which mirror the client is
 * sent to.
 */
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

static bool locate(struct call *call, struct delivery *delivery)
{
	struct store_client client = {
		.head = call->request.method == HTTP_HEAD,
		.web_server = !call->settings->redirect,
		.address = client_address(call),
	};

	return blob_locate(&call->work, &delivery->digest, &client, &delivery->location);
}

/* ---- how it is sent ---- */

/*
 * Web servers judge If-Match and If-Unmodified-Since once more for a file that they send, and wrongly: NGINX before it knows the
 * entity tag, both by the file's date. So the worker sends small answers on a condition, up to the size of manifests. It does not
 * send whole layers, because it would wait for slow clients.
 */
static bool is_small_conditional(const struct call *call, const struct delivery *delivery)
{
	return (http_header(&call->request, "HTTP_IF_MATCH").ptr ||
		http_header(&call->request, "HTTP_IF_UNMODIFIED_SINCE").ptr) &&
	       byterange_length(delivery->part) <= LIMIT_MANIFEST;
}

/* Once in a worker's life. Of the URL the log gets no more than the origin. */
static void tell_of_other_origin(const char *url, struct span origin)
{
	static bool told;
	struct span seen = url_split(span_of(url)).origin;

	if (!told)
		log_warn(
			"storage.redirect.disable: blobs are at %.*s, and the web server fetches from %.*s: the workers send "
			"them until the web server's configuration is rendered again",
			SPAN_ARG(seen), origin.len ? (int)origin.len : 7, origin.len ? origin.ptr : "nowhere");
	told = true;
}

/* The web server fetches from one origin only, which its configuration names and which it tells as FRONT_FETCH. */
static bool is_fetchable(const struct call *call, const char *url)
{
	struct span origin = http_header(&call->request, FRONT_FETCH);

	if (origin.len > 0 && strncmp(url, origin.ptr, origin.len) == 0 && url[origin.len] == '/')
		return true;
	tell_of_other_origin(url, origin);
	return false;
}

static enum blob_delivery choose(const struct call *call, const struct delivery *delivery)
{
	bool url = delivery->location.place == STORE_PLACE_URL, file = delivery->location.place == STORE_PLACE_FILE;

	if (url && call->settings->redirect)
		return DELIVER_REDIRECT;
	if (call->request.method == HTTP_HEAD)
		return DELIVER_STREAM;
	if (url && is_fetchable(call, delivery->location.url))
		return DELIVER_PROXY;
	if (file && http_header(&call->request, FRONT_SENDFILE).len > 0 && !is_small_conditional(call, delivery))
		return DELIVER_FILE;
	return DELIVER_STREAM;
}

/* No Cache-Control: the URL in it does not hold as long as the blob does. */
static void redirect(struct call *call, const struct delivery *delivery)
{
	call_empty(call, 307);
	response_header(&call->response, "Content-Type", "application/octet-stream");
	response_header(&call->response, "Location", delivery->location.url);
	call_digest_headers(call, &delivery->digest);
}

static bool is_nginx(const struct call *call)
{
	return span_is(http_header(&call->request, FRONT_SENDFILE), FRONT_SENDFILE_NGINX);
}

/*
 * Only the URL's path, its query and the range go to the store. The worker has judged the client's Range and If-Range, and its
 * Authorization is not for the store. NGINX adds the other headers of a blob itself, unless the fetch fails.
 */
static void proxy(struct call *call, const struct delivery *delivery)
{
	response_header(&call->response, "Content-Type", "application/octet-stream");
	call_digest_headers(call, &delivery->digest);
	if (is_nginx(call)) {
		response_header(&call->response, "X-Accel-Redirect", FRONT_LOCATION_FETCH);
	} else {
		call->response.status = FRONT_APACHE_FETCH;
		response_header(&call->response, "Cache-Control", BLOB_CACHED);
		response_header(&call->response, "Accept-Ranges", "bytes");
	}
	response_header(&call->response, FRONT_TARGET,
			delivery->location.url + http_header(&call->request, FRONT_FETCH).len);
	if (delivery->partial)
		response_headerf(&call->response, FRONT_RANGE, "bytes=%" PRIu64 "-%" PRIu64, delivery->part.first,
				 delivery->part.last);
	call->response.length_elsewhere = true;
}

static void send_file(struct call *call, const struct delivery *delivery)
{
	blob_headers(call, &delivery->digest);
	if (is_nginx(call)) {
		response_headerf(&call->response, "X-Accel-Redirect", FRONT_LOCATION_BLOBS "%s",
				 delivery->location.relative);
	} else {
		response_header(&call->response, "X-Sendfile", delivery->location.path);
		response_header(&call->response, "Accept-Ranges", "bytes"); /* NGINX says so itself */
	}
	call->response.length_elsewhere = true;
}

struct stream {
	const struct work *work;
	struct digest digest;
	struct byterange range;
	struct http_io *io;
};

static bool write_piece(void *context, const void *bytes, size_t len)
{
	struct stream *stream = context;

	return stream->io->write(stream->io->context, bytes, len);
}

static bool stream_blob(void *context, struct http_io *io)
{
	struct stream *stream = context;

	stream->io = io;
	return blob_read(stream->work, &stream->digest, stream->range.first, byterange_length(stream->range), write_piece,
			 stream);
}

/* For HEAD, only the head of the same response. */
static void stream(struct call *call, const struct delivery *delivery)
{
	struct stream *stream;

	blob_headers(call, &delivery->digest);
	response_header(&call->response, "Accept-Ranges", "bytes");
	if (delivery->partial) {
		call->response.status = 206;
		response_headerf(&call->response, "Content-Range", "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
				 delivery->part.first, delivery->part.last, delivery->size);
	}
	response_length(&call->response, delivery->size ? byterange_length(delivery->part) : 0);
	if (delivery->size == 0 || call->request.method == HTTP_HEAD)
		return;
	stream = arena_alloc(call->request.arena, sizeof *stream);
	*stream = (struct stream){.work = &call->work, .digest = delivery->digest, .range = delivery->part};
	call->response.stream = stream_blob;
	call->response.stream_context = stream;
}

/*
 * What our side is to send is looked at in the store before. A client or a web server that fetches by URL finds out by itself, and
 * a look would cost each pull a round trip to the store. Of an empty blob the worker sends everything: web servers and object
 * stores judge a Range once more, and answer 416 where there is no byte.
 */
bool deliver_blob(struct call *call, const struct digest *digest, uint64_t size)
{
	static void (*const ways[])(struct call *, const struct delivery *) = {
		[DELIVER_REDIRECT] = redirect,
		[DELIVER_PROXY] = proxy,
		[DELIVER_FILE] = send_file,
		[DELIVER_STREAM] = stream,
	};
	struct delivery delivery = {.digest = *digest, .size = size};
	bool head = call->request.method == HTTP_HEAD;
	enum blob_delivery way;

	if (!read_range(call, &delivery))
		return false;
	if (size == 0 || (head && !call->settings->redirect)) {
		stream(call, &delivery);
		return true;
	}
	if (!locate(call, &delivery))
		return false;
	way = choose(call, &delivery);
	if (!head && (way == DELIVER_FILE || way == DELIVER_STREAM) && !blob_check(&call->work, digest, size))
		return false;
	ways[way](call, &delivery);
	return true;
}

bool deliver_has_failed(const struct call *call)
{
	return http_header(&call->request, FRONT_FETCH_FAILED).len > 0;
}

/* The web server tells the store's status, the last one if there are several. */
bool deliver_failed(struct call *call, const struct digest *digest)
{
	struct span status = http_header(&call->request, FRONT_FETCH_FAILED);
	char text[DIGEST_TEXT_MAX];

	log_error("storage: blob %s: the web server could not fetch it, status %.*s", digest_text(digest, text),
		  SPAN_ARG(status));
	if (status.len >= 3 && span_is(span_after(status, status.len - 3), "404"))
		return error_setf(&call->error, E_BLOB_UNKNOWN, "%s", text);
	return error_unavailable(&call->error, FRONT_RETRY_AFTER);
}
