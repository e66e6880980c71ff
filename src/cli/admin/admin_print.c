/* SPDX-License-Identifier: MIT */
/* Tables, lines and JSON on stdout. */
#include "admin_print_priv.h"

#include <stdio.h>
#include <string.h>

#include "../command_priv.h"
#include "berth/base/json_write.h"

#define PRINT_MAX ((size_t)64 << 20)

static void print_add_value(struct json_writer *json, struct span value, enum meta_form form)
{
	if (!value.ptr || (form == META_JSON && value.len == 0))
		json_raw(json, SPAN_LIT("null"));
	else if (form == META_TEXT)
		json_span(json, value);
	else
		json_raw(json, value); /* the database writes true, 12 and {} as JSON has them */
}

static void print_add_object(struct json_writer *json, const struct meta_table *table, size_t row)
{
	json_open(json, '{');
	for (size_t i = 0; i < table->column_count; i++) {
		json_key(json, table->columns[i].name);
		print_add_value(json, meta_table_cell(table, row, i), table->columns[i].form);
	}
	json_close(json, '}');
}

static struct span print_cell_text(const struct meta_table *table, size_t row, size_t column)
{
	struct span value = meta_table_cell(table, row, column);

	return value.ptr ? value : SPAN_LIT("-");
}

static size_t print_width(const struct meta_table *table, size_t column)
{
	size_t width = strlen(table->columns[column].name);

	for (size_t row = 0; row < table->row_count; row++)
		if (print_cell_text(table, row, column).len > width)
			width = print_cell_text(table, row, column).len;
	return width;
}

/* The last cell of a line has no padding. */
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
		widths[i] = print_width(table, i);
		print_cell(span_of(table->columns[i].name), widths[i], i + 1 == count);
	}
	for (size_t row = 0; row < table->row_count; row++)
		for (size_t i = 0; i < count; i++)
			print_cell(print_cell_text(table, row, i), widths[i], i + 1 == count);
}

static int print_json_text(const struct strbuf *text)
{
	if (!strbuf_ok(text)) {
		command_complain("the JSON is longer than %zu bytes", PRINT_MAX);
		return COMMAND_FAILED;
	}
	printf("%s\n", text->ptr);
	return COMMAND_OK;
}

int print_list(const struct meta_table *table, struct print_form form)
{
	struct strbuf text;
	struct json_writer writer;

	if (!form.json) {
		print_table(table);
		return COMMAND_OK;
	}
	strbuf_init(&text, form.arena, PRINT_MAX);
	writer = json_writer(&text);
	json_open(&writer, '[');
	for (size_t row = 0; row < table->row_count; row++)
		print_add_object(&writer, table, row);
	json_close(&writer, ']');
	return print_json_text(&text);
}

int print_row(const struct meta_table *table, struct print_form form)
{
	struct strbuf text;
	struct json_writer writer;

	if (!form.json) {
		for (size_t i = 0; i < table->column_count; i++)
			printf("%s: %.*s\n", table->columns[i].name, SPAN_ARG(print_cell_text(table, 0, i)));
		return COMMAND_OK;
	}
	strbuf_init(&text, form.arena, PRINT_MAX);
	writer = json_writer(&text);
	print_add_object(&writer, table, 0);
	return print_json_text(&text);
}

int print_values(const char *const *names, const char *const *values, size_t count, struct print_form form)
{
	struct strbuf text;
	struct json_writer writer;

	strbuf_init(&text, form.arena, PRINT_MAX);
	writer = json_writer(&text);
	json_open(&writer, '{');
	for (size_t i = 0; i < count; i++) {
		if (!form.json)
			printf("%s: %s\n", names[i], values[i]);
		json_key(&writer, names[i]);
		json_text(&writer, values[i]);
	}
	json_close(&writer, '}');
	return form.json ? print_json_text(&text) : COMMAND_OK;
}
