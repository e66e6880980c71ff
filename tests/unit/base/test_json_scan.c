/* SPDX-License-Identifier: MIT */
#include "berth/base/json_scan.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

static struct arena arena;
static struct json_scan scan;

START_TEST(the_table_holds)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	TABLE_EACH("json", 2, cells)
	{
		bool ok = json_scan(&scan, &arena, cells[0]);

		ck_assert(ok == !scan.reason);
		table_expect(&table, ok ? "ok" : arena_printf(&arena, "%s at %zu", scan.reason, scan.offset), cells[1]);
	}
	arena_release(&arena);
}
END_TEST

static bool scan_nested(const char *open, const char *inner, const char *close, int depth)
{
	struct strbuf text;

	arena_clear(&arena);
	strbuf_init(&text, &arena, 1 << 16);
	for (int i = 0; i < depth; i++)
		strbuf_adds(&text, open);
	strbuf_adds(&text, inner);
	for (int i = 0; i < depth; i++)
		strbuf_adds(&text, close);
	return json_scan(&scan, &arena, strbuf_span(&text));
}

START_TEST(nesting_ends_at_the_limit)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(scan_nested("[", "1", "]", LIMIT_JSON_DEPTH));
	ck_assert(scan_nested("{\"a\":", "1", "}", LIMIT_JSON_DEPTH));
	ck_assert(!scan_nested("[", "1", "]", LIMIT_JSON_DEPTH + 1));
	ck_assert_str_eq(scan.reason, "nested too deeply");
	ck_assert_uint_eq(scan.offset, LIMIT_JSON_DEPTH);
	ck_assert(!scan_nested("{\"a\":", "1", "}", LIMIT_JSON_DEPTH + 1));
	arena_release(&arena);
}
END_TEST

START_TEST(values_are_counted)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(json_scan(&scan, &arena, SPAN_LIT("{\"a\":[1,{},[]],\"b\":null}")));
	ck_assert_uint_eq(scan.objects, 2);
	ck_assert_uint_eq(scan.arrays, 2);
	ck_assert_uint_eq(scan.members, 2);
	ck_assert_uint_eq(scan.scalars, 2);
	arena_release(&arena);
}
END_TEST

/* A quadratic comparison of these would take minutes, and the test's time-out shorter. */
START_TEST(as_many_keys_as_a_manifest_holds_are_compared_in_time)
{
	struct strbuf text;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&text, &arena, LIMIT_MANIFEST);
	strbuf_addc(&text, '{');
	for (unsigned i = 0; text.len + 32 < LIMIT_MANIFEST; i++)
		strbuf_addf(&text, "\"%x\":0,", i * 2654435761u);
	strbuf_adds(&text, "\"last\":0}");
	ck_assert(strbuf_ok(&text));
	ck_assert(json_scan(&scan, &arena, strbuf_span(&text)));
	ck_assert_uint_gt(scan.members, 300000);
	arena_release(&arena);
}
END_TEST

START_TEST(every_cut_of_a_good_text_is_refused)
{
	static const char text[] = "{\"a\\u00e4\":[1.5e3,-2,true,\"\xc3\xa4\\ud83d\\ude00\"],\"b\":{\"c\":null}}";

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(json_scan(&scan, &arena, SPAN_LIT(text)));
	for (size_t cut = 0; cut < sizeof text - 1; cut++) {
		/* malloc'd to the byte, so that AddressSanitizer sees a read past the end */
		char *part = malloc(cut ? cut : 1);

		memcpy(part, text, cut);
		ck_assert_msg(!json_scan(&scan, &arena, (struct span){part, cut}), "cut at %zu", cut);
		ck_assert_uint_le(scan.offset, cut);
		free(part);
	}
	arena_release(&arena);
}
END_TEST

TEST_FILE(json_scan, the_table_holds, nesting_ends_at_the_limit, values_are_counted,
	  as_many_keys_as_a_manifest_holds_are_compared_in_time, every_cut_of_a_good_text_is_refused)
