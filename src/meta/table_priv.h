/* SPDX-License-Identifier: MIT */
/* How modules of this floor fill a struct meta_table. */
#ifndef BERTH_META_TABLE_PRIV_H
#define BERTH_META_TABLE_PRIV_H

#include <stdbool.h>

#include "berth/meta/meta.h"
#include "berth/meta/table.h"

/* Runs a statement that returns texts only, one for each of `columns` and in their order. False: the error is set. */
bool meta_table_list(const struct meta *meta, int statement, struct db_values values, const struct meta_column *columns,
		     size_t count, struct meta_table *out);

#define META_TABLE_LIST(meta, statement, values, columns, out) \
	meta_table_list(meta, statement, values, columns, sizeof(columns) / sizeof *(columns), out)

#endif
