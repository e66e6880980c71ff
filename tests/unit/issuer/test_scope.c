/* SPDX-License-Identifier: MIT */
#include "berth/issuer/scope.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

/* The list written out again, one space between two; the code where it is refused. */
static const char *read_back(struct arena *arena, struct span parameter)
{
	struct scope_list list;
	struct strbuf text, one;
	struct error error;

	error_init(&error, arena);
	scope_list_init(&list, arena);
	if (!scope_list_add(&list, parameter, &error))
		return error_name(error_code(&error));
	strbuf_init(&text, arena, 1 << 16);
	for (size_t i = 0; i < list.count; i++) {
		strbuf_init(&one, arena, 1 << 16);
		scope_write(&one, &list.items[i]);
		strbuf_addf(&text, "%s%s", i ? " " : "", one.ptr);
	}
	return text.ptr;
}

START_TEST(the_table_holds)
{
	struct arena arena;

	arena_init(&arena, 1 << 22);
	TABLE_EACH("scopes", 2, cells)
	{
		table_expect(&table, read_back(&arena, cells[0]), cells[1]);
		arena_clear(&arena);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_hundred_scopes_are_enough)
{
	struct arena arena;
	struct scope_list list;
	struct error error;

	arena_init(&arena, 1 << 22);
	error_init(&error, &arena);
	scope_list_init(&list, &arena);
	for (int i = 0; i < SCOPE_LIST_MAX; i++)
		ck_assert(scope_list_add(&list, span_of(arena_printf(&arena, "repository:r%d:pull", i)), &error));
	ck_assert(scope_list_add(&list, SPAN_LIT("repository:r7:push"), &error)); /* is there already */
	ck_assert_uint_eq(list.items[7].actions, SCOPE_PULL | SCOPE_PUSH);
	ck_assert(!scope_list_add(&list, SPAN_LIT("repository:more:pull"), &error));
	ck_assert_int_eq(error_code(&error), E_SCOPE_INVALID);
	arena_release(&arena);
}
END_TEST

TEST_FILE(scope, the_table_holds, a_hundred_scopes_are_enough)
