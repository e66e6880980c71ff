/* SPDX-License-Identifier: MIT */
#include "berth/http/byterange.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

static void print(char *text, size_t size, const struct byterange *ranges, size_t count)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++)
		at += (size_t)snprintf(text + at, size - at, "%s%llu-%llu", i ? "," : "",
				       (unsigned long long)ranges[i].first, (unsigned long long)ranges[i].last);
}

START_TEST(the_table_of_range_headers_holds)
{
	TABLE_EACH("ranges", 3, cells)
	{
		struct byterange ranges[BYTERANGE_MAX];
		char text[BYTERANGE_MAX * 42] = "";
		uint64_t size;
		size_t count;

		ck_assert(span_to_u64(cells[1], &size));
		switch (byterange_parse(ranges, &count, cells[0], size)) {
		case BYTERANGE_PARTIAL: print(text, sizeof text, ranges, count); break;
		case BYTERANGE_WHOLE: (void)snprintf(text, sizeof text, "whole"); break;
		case BYTERANGE_UNSATISFIABLE: (void)snprintf(text, sizeof text, "416"); break;
		}
		table_expect(&table, text, cells[2]);
	}
}
END_TEST

START_TEST(the_table_of_chunk_ranges_holds)
{
	TABLE_EACH("content_ranges", 2, cells)
	{
		char text[64] = "no";
		struct byterange range;

		if (byterange_parse_chunk(&range, cells[0]))
			print(text, sizeof text, &range, 1);
		table_expect(&table, text, cells[1]);
	}
}
END_TEST

START_TEST(a_length_counts_both_ends)
{
	ck_assert_uint_eq(byterange_length((struct byterange){5, 5}), 1);
	ck_assert_uint_eq(byterange_length((struct byterange){0, INT64_MAX}), (uint64_t)INT64_MAX + 1);
}
END_TEST

START_TEST(an_absent_header_asks_for_nothing)
{
	struct byterange ranges[BYTERANGE_MAX];
	size_t count;

	ck_assert_int_eq(byterange_parse(ranges, &count, (struct span){NULL, 0}, 10), BYTERANGE_WHOLE);
	ck_assert(!byterange_parse_chunk(ranges, (struct span){NULL, 0}));
}
END_TEST

TEST_FILE(byterange, an_absent_header_asks_for_nothing, the_table_of_range_headers_holds, the_table_of_chunk_ranges_holds,
	  a_length_counts_both_ends)
