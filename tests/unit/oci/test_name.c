/* SPDX-License-Identifier: MIT */
#include "berth/oci/name.h"
#include "berth/base/limits.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_holds)
{
	TABLE_EACH("names", 2, cells)
	table_expect(&table, name_valid(cells[0]) ? "yes" : "no", cells[1]);
}
END_TEST

START_TEST(a_name_may_be_as_long_as_the_limit_and_no_longer)
{
	char text[LIMIT_NAME + 1];

	memset(text, 'a', sizeof text);
	ck_assert(name_valid((struct span){text, LIMIT_NAME}));
	ck_assert(!name_valid((struct span){text, LIMIT_NAME + 1}));
}
END_TEST

TEST_FILE(name, the_table_holds, a_name_may_be_as_long_as_the_limit_and_no_longer)
