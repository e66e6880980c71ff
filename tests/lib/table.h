/* SPDX-License-Identifier: MIT */
/*
 * Grammars as tables: tests/tables/<name>.tsv, one case a line, cells parted by tabs. Lines that begin with `#` and
 * empty lines are skipped. \xHH in a cell is that byte; nothing else is an escape.
 *
 *     TABLE_EACH("names", 2, cells)
 *             table_expect(&table, name_valid(cells[0]) ? "yes" : "no", cells[1]);
 */
#ifndef BERTH_TESTS_LIB_TABLE_H
#define BERTH_TESTS_LIB_TABLE_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "berth/base/span.h"

#define TABLE_CELLS 4

/* The build says where they are; by hand, from the top of the tree. */
#ifndef TABLES_DIR
#define TABLES_DIR "tests/tables"
#endif

struct table {
	FILE *file;
	char path[4096];
	char *line;
	size_t size;
	int number;
	int cases;
};

static inline struct table table_open(const char *name)
{
	struct table table = {0};

	(void)snprintf(table.path, sizeof table.path, "%s/%s.tsv", TABLES_DIR, name);
	table.file = fopen(table.path, "r");
	ck_assert_msg(table.file != NULL, "cannot read %s", table.path);
	return table;
}

/* Decodes \xHH in place. */
static inline struct span table_cell(char *text, size_t len)
{
	char *to = text;

	for (size_t i = 0; i < len; i++) {
		unsigned byte;

		if (len - i >= 4 && text[i] == '\\' && text[i + 1] == 'x' && sscanf(text + i + 2, "%2x", &byte) == 1) {
			*to++ = (char)byte;
			i += 3;
		} else {
			*to++ = text[i];
		}
	}
	return (struct span){text, (size_t)(to - text)};
}

/* The next case; at the end closes the table and fails a test whose table held no case. */
static inline bool table_next(struct table *table, struct span *cells, size_t count)
{
	ssize_t len;

	while ((len = getline(&table->line, &table->size, table->file)) > 0) {
		struct span rest = {table->line, (size_t)len - (table->line[len - 1] == '\n')}, cell;
		size_t n = 0;

		table->number++;
		if (rest.len == 0 || table->line[0] == '#')
			continue;
		for (; n < count && span_split(&rest, '\t', &cell); n++)
			cells[n] = table_cell((char *)(uintptr_t)cell.ptr, cell.len);
		ck_assert_msg(n == count && !rest.ptr, "%s:%d: %zu cells are due", table->path, table->number, count);
		table->cases++;
		return true;
	}
	free(table->line);
	fclose(table->file);
	ck_assert_msg(table->cases > 0, "%s holds no case", table->path);
	return false;
}

static inline void table_expect(const struct table *table, const char *got, struct span due)
{
	ck_assert_msg(span_is(due, got), "%s:%d: got \"%s\", expected \"%.*s\"", table->path, table->number, got,
		      SPAN_ARG(due));
}

#define TABLE_EACH(name, count, cells)         \
	struct table table = table_open(name); \
	for (struct span cells[TABLE_CELLS]; table_next(&table, cells, count);)

#endif
