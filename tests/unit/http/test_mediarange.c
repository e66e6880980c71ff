/* SPDX-License-Identifier: MIT */
#include "berth/http/mediarange.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_holds)
{
	TABLE_EACH("accept", 4, cells)
	{
		char type[256];

		(void)snprintf(type, sizeof type, "%.*s", SPAN_ARG(cells[1]));
		table_expect(&table, mediarange_allows(cells[0], type) ? "yes" : "no", cells[2]);
		table_expect(&table, mediarange_names(cells[0], type) ? "yes" : "no", cells[3]);
	}
}
END_TEST

TEST_FILE(mediarange, the_table_holds)
