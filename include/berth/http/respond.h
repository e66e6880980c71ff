/* SPDX-License-Identifier: MIT */
/*
 * One response: built, then sent once. All headers go through response_header, which lets no byte through that could
 * end a header: a line break in a value, with X-Accel-Redirect in play, would hand out files.
 */
#ifndef BERTH_HTTP_RESPOND_H
#define BERTH_HTTP_RESPOND_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"
#include "berth/http/message.h"

#define RESPONSE_HEADERS_MAX 48

/* Writes the body piece by piece through `io`; false when the receiver or the source failed. */
typedef bool response_stream_fn(void *context, struct http_io *io);

struct response {
	struct arena *arena;
	int status; /* 200 unless set */
	struct {
		const char *name;
		const char *value;
	} headers[RESPONSE_HEADERS_MAX];
	size_t header_count;
	size_t header_bytes; /* of all lines together; bounded, so that a head is never cut */
	bool invalid;        /* a header was refused: the reply becomes a 500 */
	struct span body;
	bool has_length;
	uint64_t length;            /* Content-Length when it is not the body's: HEAD, streams */
	bool length_elsewhere;      /* the web server sends the bytes and their length */
	response_stream_fn *stream; /* instead of body */
	void *stream_context;
};

/* A whole 503, for when there is no memory to build one. */
extern const char response_out_of_memory[];

void response_init(struct response *response, struct arena *arena);

/* Forgets status, headers and body: an error is found while a reply is being built. */
void response_clear(struct response *response);

/* Adds a header. `name` is a constant (or a configured, checked name); `value` is copied and checked. */
void response_header(struct response *response, const char *name, const char *value);
void response_headerf(struct response *response, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Status, Content-Type and body; the bytes are borrowed until the response is sent. */
void response_body(struct response *response, int status, const char *content_type, struct span body);

/* Only headers: `length` bytes would follow a GET. */
void response_length(struct response *response, uint64_t length);

/* The error as the registry's JSON, with its status and Retry-After. Replaces what was built. */
void response_error(struct response *response, const struct error *error);

/* Sends it; for HEAD without the body. False when nobody listens any more. */
bool response_send(struct response *response, struct http_io *io, enum http_method method);

#endif
