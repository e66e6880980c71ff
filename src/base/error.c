/* SPDX-License-Identifier: MIT */
/* What a request failed with. */
#include "berth/base/error.h"

#include <stdarg.h>
#include <string.h>

#include "berth/base/json_write.h"
#include "berth/base/limits.h"

struct error_face {
	const char *name;
	int status;
	const char *message;
};

static const struct error_face faces[] = {
	[E_NONE] = {"NONE", 200, ""},
#define ERR(code, status, message) [E_##code] = {#code, status, message},
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

static void append(struct error *error, enum error_code code, const char *json)
{
	if (error->count == error->capacity) {
		size_t capacity = error->capacity ? error->capacity * 2 : 4;
		struct error_item *items = arena_array(error->arena, capacity, sizeof *items);

		if (error->count)
			memcpy(items, error->items, error->count * sizeof *items);
		error->items = items;
		error->capacity = capacity;
	}
	error->items[error->count++] = (struct error_item){code, json};
}

bool error_set_json(struct error *error, enum error_code code, const char *json)
{
	if (!error_is_set(error))
		append(error, code, json);
	return false;
}

bool error_set(struct error *error, enum error_code code)
{
	return error_set_json(error, code, NULL);
}

static const char *json_string(struct arena *arena, const char *text)
{
	struct strbuf buf;

	strbuf_init(&buf, arena, LIMIT_RESPONSE);
	json_escape(&buf, span_of(text));
	return buf.ptr;
}

bool error_setf(struct error *error, enum error_code code, const char *format, ...)
{
	va_list args;
	const char *text;

	if (error_is_set(error))
		return false;
	va_start(args, format);
	text = arena_vprintf(error->arena, format, args);
	va_end(args);
	return error_set_json(error, code, json_string(error->arena, text));
}

void error_add(struct error *error, enum error_code code, const char *detail_text)
{
	append(error, code, detail_text ? json_string(error->arena, detail_text) : NULL);
}

bool error_unavailable(struct error *error, unsigned retry_after)
{
	if (!error_is_set(error))
		error->retry_after = retry_after;
	return error_set(error, E_UNAVAILABLE);
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
