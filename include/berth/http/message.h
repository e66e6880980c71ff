/* SPDX-License-Identifier: MIT */
/*
 * One request, read through a transport that the floor does not know: FastCGI in the workers, anything in tests.
 *
 * The body is read once, either whole (http_body_all) or as a stream (http_body_read). A body that breaks off is an
 * error and never an end: both compare with Content-Length and ask the transport.
 */
#ifndef BERTH_HTTP_MESSAGE_H
#define BERTH_HTTP_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/http/target.h"

enum http_io_failure {
	HTTP_IO_BROKEN = -1, /* the client or the web server broke off */
	HTTP_IO_LATE = -2,   /* the body came too slowly */
	HTTP_IO_SHED = -3,   /* so did other bodies, and requests wait for a worker */
};

/* The transport. Strings are borrowed until the request ends. */
struct http_io {
	void *context;
	/* The CGI variable `name`, NULL when it is not there. */
	const char *(*variable)(void *context, const char *name);
	/* `NAME=value` number `index`, NULL past the last: a repeated header comes as a repeated name. */
	const char *(*variable_at)(void *context, size_t index);
	/* Up to len body bytes, 0 at the end; below 0 an http_io_failure. */
	ptrdiff_t (*read)(void *context, void *buffer, size_t len);
	/* False when the peer has gone or does not read. */
	bool (*write)(void *context, const void *bytes, size_t len);
	/* Forgets body bytes that have arrived, LIMIT_DRAIN at most, without waiting. True: the body has ended. */
	bool (*drain)(void *context);
	bool begun; /* a reply is on its way: another cannot take its place */
};

enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,
	HTTP_POST = 4,
	HTTP_PUT = 8,
	HTTP_PATCH = 16,
	HTTP_DELETE = 32,
	HTTP_OPTIONS = 64
};

struct http_request {
	struct http_io *io;
	struct arena *arena;
	enum http_method method; /* 0: none of ours */
	struct target target;
	bool has_length;
	uint64_t length;        /* Content-Length, when has_length */
	uint64_t received;      /* body bytes read so far */
	const char *spool_path; /* the body's file, when the web server spooled it and it is not empty */
	bool spooled;           /* the body is not on the stream */
};

/*
 * Reads method, target and lengths. Returns false with E_URI_INVALID, E_URI_TOO_LONG or E_SIZE_INVALID; *out can then
 * still be replied to. `io` and `arena` are borrowed for the life of the request.
 */
bool http_request_read(struct http_request *out, struct http_io *io, struct arena *arena, struct error *error);

/* Returns the method of that name, which is case-sensitive; 0 for any other. */
enum http_method http_method_parse(struct span name);

/* Returns the name of a method; static. */
const char *http_method_name(enum http_method method);

/*
 * Returns the header whose CGI name is `name` (`HTTP_ACCEPT`, `CONTENT_TYPE`), with repeated ones joined by ", " (RFC
 * 9110 section 5.3); the empty span if it is absent.
 */
struct span http_header(const struct http_request *request, const char *name);

/*
 * The id of the request: X-Request-Id, if it is 1 to 64 letters, digits and . _ - (what proxies make), else a new UUID. It goes into
 * logs and events, and proves nothing: a client may send what it likes.
 */
const char *http_request_id(const struct http_request *request);

/* Returns the Authorization header, which may come in three parts (FRONT_CREDENTIALS); the empty span if it is absent. */
struct span http_authorization(const struct http_request *request);

/*
 * Reads up to `len` bytes of the body; *got is 0 at its end. Returns false with E_SIZE_INVALID if the body broke off,
 * with E_REQUEST_TIMEOUT if it came too slowly, with E_UNAVAILABLE if a slow body had to make room for other requests.
 */
bool http_body_read(struct http_request *request, void *buffer, size_t len, size_t *got, struct error *error);

/*
 * Reads the whole body into the request's arena. Returns false as http_body_read does, or with `too_large` beyond `limit`
 * bytes.
 */
bool http_body_all(struct http_request *request, size_t limit, enum error_code too_large, struct span *out,
		   struct error *error);

/*
 * Forgets the body bytes that have arrived, LIMIT_DRAIN at most, without waiting. Returns false if more may be on its
 * way: Apache then reads the body to its end before it sends the reply, unless the reply says `Connection: close`.
 */
bool http_body_drain(struct http_request *request);

#endif
