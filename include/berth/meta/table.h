/* SPDX-License-Identifier: MIT */
/*
 * Lists for people and scripts: rows whose columns have names. The function that asks for a list knows its columns, so that a
 * program prints any list without knowing the statement behind it.
 */
#ifndef BERTH_META_TABLE_H
#define BERTH_META_TABLE_H

#include <stddef.h>

#include "berth/base/span.h"

/* What the text of a cell is. META_JSON may be empty, which means null. */
enum meta_form { META_TEXT, META_BOOL, META_NUMBER, META_JSON };

struct meta_column {
	const char *name; /* as in JSON: "last_used" */
	enum meta_form form;
};

/* Columns are constants. Cells live as long as the arena of the struct meta that was asked. */
struct meta_table {
	const struct meta_column *columns;
	size_t column_count;
	const struct span *cells; /* row by row; ptr NULL: the cell has no value */
	size_t row_count;
};

static inline struct span meta_table_cell(const struct meta_table *table, size_t row, size_t column)
{
	return table->cells[row * table->column_count + column];
}

#endif
