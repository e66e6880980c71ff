/* SPDX-License-Identifier: MIT */
#include "berth/http/forwarded.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(the_table_of_headers_holds)
{
	TABLE_EACH("forwarded", 4, cells)
	{
		struct forwarded told = forwarded_parse(cells[0], cells[1], cells[2]);
		char text[512];

		(void)snprintf(text, sizeof text, "%s://%.*s", told.scheme ? told.scheme : "-",
			       told.host.len ? (int)told.host.len : 1, told.host.len ? told.host.ptr : "-");
		table_expect(&table, text, cells[3]);
	}
}
END_TEST

START_TEST(the_table_of_hosts_holds)
{
	TABLE_EACH("hosts", 2, cells)
	table_expect(&table, forwarded_host_valid(cells[0]) ? "yes" : "no", cells[1]);
}
END_TEST

START_TEST(a_host_has_a_longest_length)
{
	char text[256];

	memset(text, 'a', sizeof text);
	ck_assert(forwarded_host_valid((struct span){text, 255}));
	ck_assert(!forwarded_host_valid((struct span){text, 256}));
}
END_TEST

TEST_FILE(forwarded, the_table_of_headers_holds, the_table_of_hosts_holds, a_host_has_a_longest_length)
