/* SPDX-License-Identifier: MIT */
/* One request, read through a transport. */
#include "berth/http/message.h"

#include <string.h>

#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "berth/base/uuid.h"
#include "berth/http/front.h"

#define REQUEST_ID_MAX 64 /* bytes */

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {
	{"GET", HTTP_GET},     {"HEAD", HTTP_HEAD},     {"POST", HTTP_POST},       {"PUT", HTTP_PUT},
	{"PATCH", HTTP_PATCH}, {"DELETE", HTTP_DELETE}, {"OPTIONS", HTTP_OPTIONS},
};

enum http_method http_method_parse(struct span name)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (span_is(name, methods[i].name))
			return methods[i].method;
	return 0;
}

const char *http_method_name(enum http_method method)
{
	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (methods[i].method == method)
			return methods[i].name;
	return "?";
}

static struct span message_variable(const struct http_request *request, const char *name)
{
	return span_of(request->io->variable(request->io->context, name));
}

static bool read_length(struct http_request *out, struct error *error)
{
	struct span length = message_variable(out, "CONTENT_LENGTH");

	if (length.len == 0)
		return true;
	if (!span_to_u64(length, &out->length) || out->length > INT64_MAX)
		return error_setf(error, E_SIZE_INVALID, "malformed Content-Length");
	out->has_length = true;
	return true;
}

bool http_request_read(struct http_request *out, struct http_io *io, struct arena *arena, struct error *error)
{
	const char *spool = io->variable(io->context, FRONT_SPOOL_FILE);

	*out = (struct http_request){.io = io, .arena = arena};
	out->method = http_method_parse(message_variable(out, "REQUEST_METHOD"));
	out->spooled = spool != NULL;
	out->spool_path = spool && *spool ? spool : NULL;
	return read_length(out, error) && target_parse(&out->target, arena, message_variable(out, "REQUEST_URI"), error);
}

struct span http_header(const struct http_request *request, const char *name)
{
	struct span first = {NULL, 0};
	struct strbuf joined;
	size_t len = strlen(name), count = 0;
	const char *entry;

	for (size_t i = 0; (entry = request->io->variable_at(request->io->context, i)); i++) {
		if (strncmp(entry, name, len) != 0 || entry[len] != '=')
			continue;
		if (count == 0) {
			first = span_of(entry + len + 1);
		} else {
			if (count == 1) {
				strbuf_init(&joined, request->arena, LIMIT_RESPONSE);
				strbuf_add_span(&joined, first);
			}
			strbuf_addf(&joined, ", %s", entry + len + 1);
		}
		count++;
	}
	return count > 1 ? strbuf_span(&joined) : first;
}

struct span http_authorization(const struct http_request *request)
{
	struct span first = message_variable(request, FRONT_CREDENTIALS),
		    rest = message_variable(request, FRONT_CREDENTIALS_REST);
	struct span end = message_variable(request, FRONT_CREDENTIALS_END);

	if (first.len == 0)
		return http_header(request, "HTTP_AUTHORIZATION");
	return span_of(arena_printf(request->arena, "%.*s%.*s%.*s", SPAN_ARG(first), SPAN_ARG(rest), SPAN_ARG(end)));
}

#define RETRY_SHED 5 /* seconds */

static bool fail_read(ptrdiff_t failure, struct error *error)
{
	switch (failure) {
	case HTTP_IO_LATE: return error_setf(error, E_REQUEST_TIMEOUT, "the body came too slowly");
	case HTTP_IO_SHED: return error_unavailable(error, RETRY_SHED);
	default: return error_setf(error, E_SIZE_INVALID, "the body ended before its announced end");
	}
}

bool http_body_read(struct http_request *request, void *buffer, size_t len, size_t *got, struct error *error)
{
	ptrdiff_t count;

	*got = 0;
	if (request->has_length && len > request->length - request->received)
		len = (size_t)(request->length - request->received);
	if (len == 0)
		return true;
	count = request->io->read(request->io->context, buffer, len);
	if (count < 0 || (count == 0 && request->has_length))
		return fail_read(count, error);
	request->received += (uint64_t)count;
	*got = (size_t)count;
	return true;
}

#define BODY_STEP ((size_t)16 << 10)

/* Returns how much to read next: the announced length, or a step. One byte beyond the limit tells that there is more. */
static size_t next_read(const struct http_request *request, size_t have, size_t limit)
{
	size_t want = request->has_length ? (size_t)request->length - have : BODY_STEP;

	return want > limit + 1 - have ? limit + 1 - have : want;
}

bool http_body_all(struct http_request *request, size_t limit, enum error_code too_large, struct span *out,
		   struct error *error)
{
	struct strbuf body;
	size_t got;

	if (request->has_length && request->length > limit)
		return error_setf(error, too_large, "more than %zu bytes", limit);
	strbuf_init(&body, request->arena, limit + 1);
	do {
		size_t want = next_read(request, body.len, limit);

		if (!http_body_read(request, strbuf_reserve(&body, want), want, &got, error))
			return false;
		body.len += got;
	} while (got > 0 && body.len <= limit);
	if (body.len > limit)
		return error_setf(error, too_large, "more than %zu bytes", limit);
	*out = strbuf_span(&body);
	return true;
}

bool http_body_drain(struct http_request *request)
{
	return request->spooled || request->io->drain(request->io->context);
}

static bool is_request_id(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '.' && c != '_' &&
		    c != '-')
			return false;
	}
	return text.len > 0 && text.len <= REQUEST_ID_MAX;
}

const char *http_request_id(const struct http_request *request)
{
	struct span given = http_header(request, "HTTP_X_REQUEST_ID");
	char *made;

	if (is_request_id(given))
		return arena_span(request->arena, given);
	made = arena_alloc(request->arena, UUID_TEXT_MAX);
	uuid_new(made);
	return made;
}
