/* SPDX-License-Identifier: MIT */
/* Rows as tables, lines and JSON. */
#include <stdio.h>
#include <string.h>

#include "admin_priv.h"
#include "berth/base/json_write.h"

#define PRINT_MAX ((size_t)64 << 20)

static void add_value(struct json_writer *json, struct span value, enum admin_form form)
{
	if (!value.ptr || (form == ADMIN_RAW && value.len == 0))
		json_raw(json, SPAN_LIT("null"));
	else if (form == ADMIN_TEXT)
		json_span(json, value);
	else
		json_raw(json, value); /* true, 12, {} are what the database writes */
}

static void add_object(struct json_writer *json, const struct db_rows *rows, int row, const struct admin_column *columns,
		       size_t count)
{
	json_open(json, '{');
	for (size_t i = 0; i < count; i++) {
		json_key(json, columns[i].name);
		add_value(json, db_column(rows, row, (int)i), columns[i].form);
	}
	json_close(json, '}');
}

static struct span shown(const struct db_rows *rows, int row, size_t column)
{
	struct span value = db_column(rows, row, (int)column);

	return value.ptr ? value : SPAN_LIT("-");
}

static size_t width_of(const struct db_rows *rows, const struct admin_column *column, size_t place)
{
	size_t width = strlen(column->name);

	for (int row = 0; row < rows->count; row++)
		if (shown(rows, row, place).len > width)
			width = shown(rows, row, place).len;
	return width;
}

/* No blanks at the end of a line. */
static void print_cell(struct span text, size_t width, bool last)
{
	if (last)
		printf("%.*s\n", SPAN_ARG(text));
	else
		printf("%-*.*s  ", (int)width, SPAN_ARG(text));
}

static void print_table(const struct db_rows *rows, const struct admin_column *columns, size_t count)
{
	size_t widths[16];

	for (size_t i = 0; i < count; i++) {
		widths[i] = width_of(rows, &columns[i], i);
		print_cell(span_of(columns[i].name), widths[i], i + 1 == count);
	}
	for (int row = 0; row < rows->count; row++)
		for (size_t i = 0; i < count; i++)
			print_cell(shown(rows, row, i), widths[i], i + 1 == count);
}

static int print_json(const struct strbuf *text)
{
	if (!strbuf_ok(text)) {
		command_complain("the list is larger than %zu bytes", PRINT_MAX);
		return COMMAND_FAILED;
	}
	printf("%s\n", text->ptr);
	return COMMAND_OK;
}

int admin_print(const struct admin *admin, const struct db_rows *rows, const struct admin_column *columns, size_t count)
{
	struct strbuf text;
	struct json_writer json;

	if (!admin->options[ADMIN_JSON]) {
		print_table(rows, columns, count);
		return COMMAND_OK;
	}
	strbuf_init(&text, admin->arena, PRINT_MAX);
	json = json_writer(&text);
	json_open(&json, '[');
	for (int row = 0; row < rows->count; row++)
		add_object(&json, rows, row, columns, count);
	json_close(&json, ']');
	return print_json(&text);
}

int admin_print_one(const struct admin *admin, const struct db_rows *rows, const struct admin_column *columns, size_t count,
		    const char *what)
{
	struct strbuf text;
	struct json_writer json;

	if (rows->count == 0) {
		command_complain("no such %s", what);
		return COMMAND_FAILED;
	}
	if (!admin->options[ADMIN_JSON]) {
		for (size_t i = 0; i < count; i++)
			printf("%s: %.*s\n", columns[i].name, SPAN_ARG(shown(rows, 0, i)));
		return COMMAND_OK;
	}
	strbuf_init(&text, admin->arena, PRINT_MAX);
	json = json_writer(&text);
	add_object(&json, rows, 0, columns, count);
	return print_json(&text);
}

int admin_print_values(const struct admin *admin, const char *const *names, const char *const *values, size_t count)
{
	struct strbuf text;
	struct json_writer json;

	strbuf_init(&text, admin->arena, PRINT_MAX);
	json = json_writer(&text);
	json_open(&json, '{');
	for (size_t i = 0; i < count; i++) {
		if (!admin->options[ADMIN_JSON])
			printf("%s: %s\n", names[i], values[i]);
		json_key(&json, names[i]);
		json_text(&json, values[i]);
	}
	json_close(&json, '}');
	return admin->options[ADMIN_JSON] ? print_json(&text) : COMMAND_OK;
}
