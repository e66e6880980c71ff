/* SPDX-License-Identifier: MIT */
#include "berth/http/etag.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_holds)
{
	TABLE_EACH("etags", 4, cells)
	{
		table_expect(&table, etag_matches(cells[0], cells[1], ETAG_WEAK) ? "yes" : "no", cells[2]);
		table_expect(&table, etag_matches(cells[0], cells[1], ETAG_STRONG) ? "yes" : "no", cells[3]);
	}
}
END_TEST

START_TEST(an_escape_at_the_end_is_not_read_past)
{
	/* malloc'd to the byte, so that AddressSanitizer sees it */
	char *text = malloc(2);

	memcpy(text, "\"\\", 2);
	ck_assert(!etag_matches((struct span){text, 2}, SPAN_LIT("a"), ETAG_WEAK));
	free(text);
}
END_TEST

TEST_FILE(etag, the_table_holds, an_escape_at_the_end_is_not_read_past)
