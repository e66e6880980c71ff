/* SPDX-License-Identifier: MIT */
#include "berth/issuer/grant.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

#define HERE 7
#define ELSEWHERE 8

/* `nobody`, `user`, `robot`, `admin`; behind it what a token leaves: `reporter`, `maintainer@here`, `reporter@elsewhere`. */
static struct meta_account account_of(struct span text)
{
	struct meta_account account = {.ceiling = META_ROLE_MAINTAINER};
	struct span kind, role, rest = text;

	(void)span_split(&rest, ' ', &kind);
	account.found = !span_is(kind, "nobody");
	account.robot = span_is(kind, "robot");
	account.admin = span_is(kind, "admin");
	if (!rest.ptr)
		return account;
	(void)span_split(&rest, '@', &role);
	account.access_token = 1;
	account.ceiling = meta_role_parse(role);
	account.project = !rest.ptr ? 0 : span_is(rest, "here") ? HERE : ELSEWHERE;
	return account;
}

/* `none`, or a visibility, behind it `off` and the role of the account, in any order. */
static struct meta_grant grant_of(struct span text)
{
	struct meta_grant grant = {.project = HERE, .registry = true};
	struct span word;

	if (span_is(text, "none"))
		return (struct meta_grant){.project = 0};
	while (span_split(&text, ' ', &word))
		if (span_is(word, "off"))
			grant.registry = false;
		else if (!meta_visibility_parse(&grant.visibility, word))
			grant.role = meta_role_parse(word);
	return grant;
}

START_TEST(the_table_holds)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	TABLE_EACH("grants", 3, cells)
	{
		struct meta_account account = account_of(cells[0]);
		struct meta_grant grant = grant_of(cells[1]);
		struct strbuf text;

		strbuf_init(&text, &arena, 256);
		scope_write_actions(&text, grant_actions(&account, &grant));
		table_expect(&table, text.ptr, cells[2]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(the_catalog_is_for_administrators_with_all_they_may)
{
	static const struct {
		const char *account;
		bool may;
	} cases[] = {
		{"nobody", false},
		{"user", false},
		{"robot", false},
		{"admin", true},
		{"admin maintainer", true},
		{"admin developer", false},
		{"admin maintainer@here", false},
		{"user maintainer", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct meta_account account = account_of(span_of(cases[i].account));

		ck_assert_msg(grant_catalog(&account) == cases[i].may, "%s", cases[i].account);
	}
}
END_TEST

TEST_FILE(grant, the_table_holds, the_catalog_is_for_administrators_with_all_they_may)
