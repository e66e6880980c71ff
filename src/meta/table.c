/* SPDX-License-Identifier: MIT */
/* Rows of texts as a table. */
#include "table_priv.h"

#include "meta_priv.h"

bool meta_table_list(const struct meta *meta, int statement, struct db_values values, const struct meta_column *columns,
		     size_t count, struct meta_table *out)
{
	struct db_rows rows;
	struct span *cells;

	if (!meta_run(meta, statement, values, &rows))
		return false;
	cells = arena_array(meta->arena, (size_t)rows.count * count + 1, sizeof *cells);
	for (size_t row = 0; row < (size_t)rows.count; row++)
		for (size_t column = 0; column < count; column++)
			cells[row * count + column] = db_column(&rows, (int)row, (int)column);
	*out = (struct meta_table){columns, count, cells, (size_t)rows.count};
	return true;
}
