/* SPDX-License-Identifier: MIT */
/* What a request failed with. */
#include "berth/base/error.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

#include "berth/base/json_write.h"
#include "berth/base/limits.h"

enum form { BARE, REASON };

struct error_face {
	const char *name;
	int status;
	enum form form;
	const char *message;
};

static const struct error_face faces[] = {
	[E_NONE] = {"NONE", 200, BARE, ""},
#define ERR(code, status, form, message) [E_##code] = {#code, status, form, message},
#include "berth/base/error_table.def"
#undef ERR
};

void error_init(struct error *error, struct arena *arena)
{
	*error = (struct error){.arena = arena};
}

enum error_code error_code(const struct error *error)
{
	return error->count ? error->items[0].code : E_NONE;
}

/* The reasons of 40,000 items would double the response, and a person does not read that many. */
#define REASONS_MAX 100

static void append(struct error *error, enum error_code code, const char *json, const char *reason)
{
	if (error->count == error->capacity) {
		size_t capacity = error->capacity ? error->capacity * 2 : 4;
		struct error_item *items = arena_array(error->arena, capacity, sizeof *items);

		if (error->count)
			memcpy(items, error->items, error->count * sizeof *items);
		error->items = items;
		error->capacity = capacity;
	}
	error->items[error->count] = (struct error_item){code, json, error->count < REASONS_MAX ? reason : NULL};
	error->count++;
}

bool error_set_json(struct error *error, enum error_code code, const char *json)
{
	if (!error_is_set(error))
		append(error, code, json, NULL);
	return false;
}

bool error_set(struct error *error, enum error_code code)
{
	return error_set_json(error, code, NULL);
}

/* Takes exactly the memory of the text, as a manifest can lack 40,000 blobs. */
static const char *json_string(struct arena *arena, const char *text)
{
	char room[256];
	struct strbuf buf;

	strbuf_fixed(&buf, room, sizeof room);
	json_escape(&buf, span_of(text));
	if (strbuf_ok(&buf))
		return arena_span(arena, strbuf_span(&buf));
	strbuf_init(&buf, arena, LIMIT_RESPONSE);
	json_escape(&buf, span_of(text));
	return buf.ptr;
}

static const char *reason_in(enum form form, const char *text)
{
	return form == REASON ? text : NULL;
}

static bool __attribute__((format(printf, 4, 0)))
set_text(struct error *error, enum error_code code, enum form form, const char *format, va_list args)
{
	const char *text;

	if (error_is_set(error))
		return false;
	text = arena_vprintf(error->arena, format, args);
	append(error, code, json_string(error->arena, text), reason_in(form, text));
	return false;
}

bool error_setf(struct error *error, enum error_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(error, code, faces[code].form, format, args);
	va_end(args);
	return false;
}

bool error_explainf(struct error *error, enum error_code code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	set_text(error, code, REASON, format, args);
	va_end(args);
	return false;
}

void error_add(struct error *error, enum error_code code, const char *detail_text, const char *reason)
{
	const char *detail = detail_text ? json_string(error->arena, detail_text) : NULL;
	const char *shown = reason_in(faces[code].form, reason ? reason : detail_text);

	if (shown && error->count < REASONS_MAX)
		shown = arena_strdup(error->arena, shown);
	append(error, code, detail, shown);
}

const char *error_header_value(const struct error *error, const char *name)
{
	for (size_t i = 0; i < error->header_count; i++)
		if (strcmp(error->headers[i].name, name) == 0)
			return error->headers[i].value;
	return NULL;
}

bool error_header(struct error *error, const char *name, const char *value)
{
	assert(error->header_count < ERROR_HEADERS_MAX);
	if (!error_header_value(error, name))
		error->headers[error->header_count++] = (struct error_header){name, arena_strdup(error->arena, value)};
	return false;
}

static bool retry_after(struct error *error, unsigned seconds)
{
	return seconds > 0 && error_header(error, "Retry-After", arena_printf(error->arena, "%u", seconds));
}

bool error_busy(struct error *error, unsigned seconds, const char *reason)
{
	if (error_is_set(error))
		return false;
	(void)(reason ? error_setf(error, E_TOOMANYREQUESTS, "%s", reason) : error_set(error, E_TOOMANYREQUESTS));
	return retry_after(error, seconds);
}

bool error_unavailable(struct error *error, unsigned seconds)
{
	if (error_is_set(error))
		return false;
	(void)error_set(error, E_UNAVAILABLE);
	return retry_after(error, seconds);
}

bool error_copy(struct error *error, const struct error *other)
{
	if (error_is_set(error))
		return false;
	for (size_t i = 0; i < other->count; i++) {
		const struct error_item *item = &other->items[i];

		append(error, item->code, item->detail ? arena_strdup(error->arena, item->detail) : NULL,
		       item->reason ? arena_strdup(error->arena, item->reason) : NULL);
	}
	for (size_t i = 0; i < other->header_count; i++)
		(void)error_header(error, other->headers[i].name, other->headers[i].value);
	return false;
}

/* A message that ends in a full stop keeps it, as clients compare the text. The reason then is the next sentence. */
const char *error_item_message(const struct error *error, const struct error_item *item)
{
	const char *message = faces[item->code].message;
	size_t len = strlen(message);

	if (!item->reason)
		return message;
	return arena_printf(error->arena, "%s%s%s", message, len && message[len - 1] == '.' ? " " : ": ", item->reason);
}

const char *error_name(enum error_code code)
{
	return faces[code].name;
}

int error_status(enum error_code code)
{
	return faces[code].status;
}

const char *error_message(enum error_code code)
{
	return faces[code].message;
}
