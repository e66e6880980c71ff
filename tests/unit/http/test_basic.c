/* SPDX-License-Identifier: MIT */
#include "berth/http/basic.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

START_TEST(basic_of_the_table)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	TABLE_EACH("basic", 3, cells)
	{
		struct span name = SPAN_LIT("-");
		struct secret password = {"-"};

		(void)basic_read(cells[0], &arena, &name, &password);
		table_expect(&table, arena_span(&arena, name), cells[1]);
		table_expect(&table, secret_reveal(password), cells[2]);
	}
	arena_release(&arena);
}
END_TEST

TEST_FILE(basic, basic_of_the_table)
