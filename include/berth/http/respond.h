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

/* Makes an empty response, 200. */
void response_init(struct response *response, struct arena *arena);

/* Forgets status, headers and body: for an error that is found while a reply is built. */
void response_clear(struct response *response);

/*
 * Add a header. `name` is a constant or a checked name of the configuration; `value` is copied. A control character in it
 * makes the reply a 500.
 */
void response_header(struct response *response, const char *name, const char *value);
void response_headerf(struct response *response, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets status, Content-Type and body. The bytes are borrowed until the response is sent. */
void response_body(struct response *response, int status, const char *content_type, struct span body);

/* Sets the Content-Length of a reply without a body: a GET would get `length` bytes. */
void response_length(struct response *response, uint64_t length);

/*
 * Replaces what was built by the error as JSON (OCI distribution-spec, "Error Codes"), with its status and headers.
 */
void response_error(struct response *response, const struct error *error);

/*
 * Sends the response, for HEAD without the body. Returns false if the receiver has gone, or the body could not be read.
 */
bool response_send(struct response *response, struct http_io *io, enum http_method method);

#endif
