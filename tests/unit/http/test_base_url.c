/* SPDX-License-Identifier: MIT */
#include "berth/http/base_url.h"

#include "../../lib/table.h"
#include "../../lib/test.h"
#include "fake_io.h"

static struct base_url_settings settings_of(struct span text, struct arena *arena)
{
	struct base_url_settings settings = {"", "", false};
	struct span part;

	while (span_split(&text, '|', &part)) {
		if (span_starts(part, "host="))
			settings.host = arena_span(arena, span_after(part, 5));
		else if (span_starts(part, "prefix="))
			settings.prefix = arena_span(arena, span_after(part, 7));
		else if (span_is(part, "relative"))
			settings.relative = true;
		else
			ck_assert_uint_eq(part.len, 0);
	}
	return settings;
}

START_TEST(the_table_holds)
{
	TABLE_EACH("base_urls", 3, cells)
	{
		struct fake fake;
		struct http_request request;
		struct base_url_settings settings;
		struct span rest = cells[1], part;

		FAKE(&fake, "REQUEST_METHOD=GET", "REQUEST_URI=/v2/");
		for (size_t i = 2; span_split(&rest, '|', &part); i++)
			fake.variables[i] = arena_span(&fake.arena, part);
		settings = settings_of(cells[0], &fake.arena);
		ck_assert(http_request_read(&request, &fake.io, &fake.arena, &fake.error));
		table_expect(&table, base_url(&request, &settings), cells[2]);
		fake_release(&fake);
	}
}
END_TEST

TEST_FILE(base_url, the_table_holds)
