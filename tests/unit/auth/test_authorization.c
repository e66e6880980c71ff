/* SPDX-License-Identifier: MIT */
#include "berth/auth/authorization.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

static struct arena arena;

START_TEST(the_table_holds)
{
	arena_init(&arena, (size_t)1 << 20);
	TABLE_EACH("authorizations", 3, cells)
	{
		struct span token;
		struct secret password;
		const char *user, *got;

		got = authorization_for(&token, cells[0], "Bearer") ? arena_span(&arena, token) : "-";
		table_expect(&table, got, cells[1]);
		got = authorization_basic(&user, &password, &arena, cells[0])
			      ? arena_printf(&arena, "%s:%s", user, secret_reveal(password))
			      : "-";
		table_expect(&table, got, cells[2]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(no_header_is_no_credentials)
{
	struct span token, none = {NULL, 0};

	ck_assert(!authorization_for(&token, none, "Bearer"));
}
END_TEST

TEST_FILE(authorization, the_table_holds, no_header_is_no_credentials)
