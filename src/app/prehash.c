/* SPDX-License-Identifier: MIT */
/* The table of prehashed files, shared by the processes of a pool. */
#include "prehash_priv.h"

#include "berth/base/shared.h"

struct prehash_table *app_prehash_table(void)
{
	static struct prehash_table *table;

	if (!table)
		table = shared_require(sizeof *table, "prehashing");
	return table;
}
