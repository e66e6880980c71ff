/* SPDX-License-Identifier: MIT */
#include "berth/base/url.h"

#include "../../lib/table.h"
#include "../../lib/test.h"
#include "berth/base/arena.h"

static struct arena arena;

static const char *cell(struct span part)
{
	return part.len ? arena_span(&arena, part) : ".";
}

START_TEST(the_table_holds)
{
	arena_init(&arena, 1 << 16);
	TABLE_EACH("urls", 2, cells)
	{
		struct url url = url_split(cells[0]);

		table_expect(&table,
			     arena_printf(&arena, "%s %s %s %s %s %s", cell(url.scheme), cell(url.userinfo), cell(url.host),
					  cell(url.port), cell(url.path), url.query.ptr ? cell(url.query) : "-"),
			     cells[1]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(neither_authority_nor_origin_has_userinfo)
{
	struct url url = url_split(SPAN_LIT("https://user:secret@host:81/p?q#f"));

	ck_assert(span_is(url.authority, "host:81") && span_is(url.target, "/p?q"));
	ck_assert(span_is(url.origin, "host:81"));
	url = url_split(SPAN_LIT("https://host?q"));
	ck_assert(span_is(url.authority, "host") && span_is(url.target, "?q"));
	ck_assert(span_is(url.origin, "https://host"));
	url = url_split(SPAN_LIT("https://host"));
	ck_assert(span_is(url.target, ""));
}
END_TEST

TEST_FILE(url, the_table_holds, neither_authority_nor_origin_has_userinfo)
