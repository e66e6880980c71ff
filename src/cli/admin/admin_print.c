/* SPDX-License-Identifier: MIT */
/* Rows as tables, lines and JSON. */
#include <stdio.h>
#include <string.h>

#include "admin_priv.h"
#include "berth/base/json_write.h"

#define PRINT_MAX ((size_t)64 << 20)

static void add_value(struct json_writer *json, struct span value, enum meta_form form)
{
	if (!value.ptr || (form == META_JSON && value.len == 0))
		json_raw(json, SPAN_LIT("null"));
	else if (form == META_TEXT)
		json_span(json, value);
	else
		json_raw(json, value); /* true, 12, {} are what the database writes */
}

static void add_object(struct json_writer *json, const struct meta_table *table, size_t row)
{
	json_open(json, '{');
	for (size_t i = 0; i < table->column_count; i++) {
		json_key(json, table->columns[i].name);
		add_value(json, meta_table_cell(table, row, i), table->columns[i].form);
	}
	json_close(json, '}');
}

static struct span shown(const struct meta_table *table, size_t row, size_t column)
{
	struct span value = meta_table_cell(table, row, column);

	return value.ptr ? value : SPAN_LIT("-");
}

static size_t width_of(const struct meta_table *table, size_t column)
{
	size_t width = strlen(table->columns[column].name);

	for (size_t row = 0; row < table->row_count; row++)
		if (shown(table, row, column).len > width)
			width = shown(table, row, column).len;
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

static void print_table(const struct meta_table *table)
{
	size_t widths[16], count = table->column_count;

	for (size_t i = 0; i < count; i++) {
		widths[i] = width_of(table, i);
		print_cell(span_of(table->columns[i].name), widths[i], i + 1 == count);
	}
	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < count; i++)
			print_cell(shown(table, row, i), widths[i], i + 1 == count);
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

int admin_print(const struct admin *admin, const struct meta_table *table)
{
	struct strbuf text;
	struct json_writer json;

	if (!admin->options[ADMIN_JSON]) {
		print_table(table);
		return COMMAND_OK;
	}
	strbuf_init(&text, admin->arena, PRINT_MAX);
	json = json_writer(&text);
	json_open(&json, '[');
	for (size_t row = 0; row < table->row_count; row++)
		add_object(&json, table, row);
	json_close(&json, ']');
	return print_json(&text);
}

int admin_print_one(const struct admin *admin, const struct meta_table *table, const char *what)
{
	struct strbuf text;
	struct json_writer json;

	if (table->row_count == 0) {
		command_complain("no such %s", what);
		return COMMAND_FAILED;
	}
	if (!admin->options[ADMIN_JSON]) {
		for (size_t i = 0; i < table->column_count; i++)
			printf("%s: %.*s\n", table->columns[i].name, SPAN_ARG(shown(table, 0, i)));
		return COMMAND_OK;
	}
	strbuf_init(&text, admin->arena, PRINT_MAX);
	json = json_writer(&text);
	add_object(&json, table, 0);
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
