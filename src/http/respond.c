/* SPDX-License-Identifier: MIT */
/* One response: the one writer of headers. */
#include "berth/http/respond.h"

#include <inttypes.h>
#include <stdarg.h>

#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/strbuf.h"

#define HEAD_MAX ((size_t)64 << 10) /* all headers together; each is bounded by LIMIT_HEADER_VALUE */
#define HEAD_OWN ((size_t)128)      /* the lines that response_send adds */

void response_init(struct response *response, struct arena *arena)
{
	*response = (struct response){.arena = arena, .status = 200};
}

void response_clear(struct response *response)
{
	response_init(response, response->arena);
}

static bool printable(const char *value)
{
	for (const char *c = value; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			return false;
	return true;
}

void response_header(struct response *response, const char *name, const char *value)
{
	size_t at = response->header_count, line = strlen(name) + strlen(value) + sizeof ": \r" /* and \n */;

	if (!printable(value) || strlen(value) > LIMIT_HEADER_VALUE || at == RESPONSE_HEADERS_MAX ||
	    line > HEAD_MAX - response->header_bytes) {
		log_error("response: header %s refused", name);
		response->invalid = true;
		return;
	}
	response->headers[at].name = name;
	response->headers[at].value = arena_strdup(response->arena, value);
	response->header_count++;
	response->header_bytes += line;
}

void response_headerf(struct response *response, const char *name, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	response_header(response, name, arena_vprintf(response->arena, format, args));
	va_end(args);
}

void response_body(struct response *response, int status, const char *content_type, struct span body)
{
	response->status = status;
	if (content_type)
		response_header(response, "Content-Type", content_type);
	response->body = body;
}

void response_length(struct response *response, uint64_t length)
{
	response->has_length = true;
	response->length = length;
}

/* Returns about the size of the JSON. A buffer that grows would leave its smaller versions in the arena. */
static size_t errors_length(const struct error *error)
{
	static const char frame[] = "{\"code\":\"\",\"message\":\": \",\"detail\":},";
	size_t total = sizeof "{\"errors\":[]}\n";

	for (size_t i = 0; i < error->count; i++) {
		const struct error_item *item = &error->items[i];

		total += sizeof frame + strlen(error_name(item->code)) + strlen(error_message(item->code)) +
			 (item->reason ? strlen(item->reason) : 0) + (item->detail ? strlen(item->detail) : 0);
	}
	return total;
}

static struct span errors_json(const struct error *error, struct arena *arena)
{
	struct strbuf text;
	struct json_writer json;

	strbuf_init(&text, arena, LIMIT_RESPONSE);
	if (errors_length(error) < LIMIT_RESPONSE)
		(void)strbuf_reserve(&text, errors_length(error));
	json = json_writer(&text);
	json_open(&json, '{');
	json_key(&json, "errors");
	json_open(&json, '[');
	for (size_t i = 0; i < error->count; i++) {
		const struct error_item *item = &error->items[i];

		json_open(&json, '{');
		json_key(&json, "code");
		json_text(&json, error_name(item->code));
		json_key(&json, "message");
		json_text(&json, error_item_message(error, item));
		if (item->detail) {
			json_key(&json, "detail");
			json_raw(&json, span_of(item->detail));
		}
		json_close(&json, '}');
	}
	json_close(&json, ']');
	json_close(&json, '}');
	strbuf_addc(&text, '\n');
	return strbuf_span(&text);
}

void response_error(struct response *response, const struct error *error)
{
	response_clear(response);
	response_body(response, error_status(error_code(error)), "application/json", errors_json(error, response->arena));
	for (size_t i = 0; i < error->header_count; i++)
		response_header(response, error->headers[i].name, error->headers[i].value);
}

static void response_refuse(struct response *response)
{
	struct error error;

	error_init(&error, response->arena);
	error_set(&error, E_UNKNOWN);
	response_error(response, &error);
}

static bool bodiless(int status)
{
	return status == 204 || status == 304;
}

static void add_length(const struct response *response, struct strbuf *out)
{
	uint64_t length = response->has_length ? response->length : response->body.len;

	if (!response->length_elsewhere && !bodiless(response->status))
		strbuf_addf(out, "Content-Length: %" PRIu64 "\r\n", length);
}

/* Names the status (RFC 9110 section 15). Without a phrase NGINX would leave out the blank that a status line needs. */
static const struct {
	int status;
	const char *phrase;
} reasons[] = {
	{200, "OK"},
	{201, "Created"},
	{202, "Accepted"},
	{204, "No Content"},
	{206, "Partial Content"},
	{301, "Moved Permanently"},
	{304, "Not Modified"},
	{307, "Temporary Redirect"},
	{400, "Bad Request"},
	{401, "Unauthorized"},
	{403, "Forbidden"},
	{404, "Not Found"},
	{405, "Method Not Allowed"},
	{408, "Request Timeout"},
	{409, "Conflict"},
	{412, "Precondition Failed"},
	{413, "Content Too Large"},
	{414, "URI Too Long"},
	{416, "Range Not Satisfiable"},
	{429, "Too Many Requests"},
	{431, "Request Header Fields Too Large"},
	{500, "Internal Server Error"},
	{503, "Service Unavailable"},
	{507, "Insufficient Storage"},
};

static const char *reason(int status)
{
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == status)
			return reasons[i].phrase;
	return "Other";
}

static bool response_put(struct http_io *io, const void *bytes, size_t len)
{
	io->begun = true;
	return io->write(io->context, bytes, len);
}

bool response_send(struct response *response, struct http_io *io, enum http_method method)
{
	struct strbuf out;

	if (response->invalid)
		response_refuse(response);
	strbuf_init(&out, response->arena, HEAD_MAX + HEAD_OWN + response->body.len);
	strbuf_addf(&out, "Status: %d %s\r\n", response->status, reason(response->status));
	for (size_t i = 0; i < response->header_count; i++) {
		strbuf_adds(&out, response->headers[i].name);
		strbuf_adds(&out, ": ");
		strbuf_adds(&out, response->headers[i].value);
		strbuf_adds(&out, "\r\n");
	}
	add_length(response, &out);
	strbuf_adds(&out, "\r\n");
	if (method == HTTP_HEAD || bodiless(response->status))
		return response_put(io, out.ptr, out.len);
	if (response->body.len < (size_t)64 << 10) {
		strbuf_add_span(&out, response->body); /* one write makes one FastCGI record */
		return response_put(io, out.ptr, out.len) &&
		       (!response->stream || response->stream(response->stream_context, io));
	}
	return response_put(io, out.ptr, out.len) && response_put(io, response->body.ptr, response->body.len);
}
