/* SPDX-License-Identifier: MIT */
#include "berth/oci/tag.h"
#include "berth/base/limits.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_holds)
{
	TABLE_EACH("tags", 2, cells)
	table_expect(&table, tag_valid(cells[0]) ? "yes" : "no", cells[1]);
}
END_TEST

START_TEST(a_tag_may_be_as_long_as_the_limit_and_no_longer)
{
	char text[LIMIT_TAG + 1];

	memset(text, '9', sizeof text);
	ck_assert(tag_valid((struct span){text, LIMIT_TAG}));
	ck_assert(!tag_valid((struct span){text, LIMIT_TAG + 1}));
}
END_TEST

TEST_FILE(tag, the_table_holds, a_tag_may_be_as_long_as_the_limit_and_no_longer)
