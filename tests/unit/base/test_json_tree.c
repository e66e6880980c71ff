/* SPDX-License-Identifier: MIT */
#include "berth/base/json_tree.h"

#include <json_tokener.h>

#include "../../lib/table.h"
#include "../../lib/test.h"
#include "berth/base/json_scan.h"
#include "berth/base/limits.h"

static struct arena arena;

/* As json-c reads it; with the NUL behind the text, as a number at the top has no other end. */
static struct json_object *by_json_c(struct span text)
{
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	struct json_object *root = json_tokener_parse_ex(tokener, arena_span(&arena, text), (int)text.len + 1);

	ck_assert_int_eq(json_tokener_get_error(tokener), json_tokener_success);
	json_tokener_free(tokener);
	return root;
}

START_TEST(whatever_the_scan_passes_becomes_what_json_c_makes_of_it)
{
	struct json_scan scan;
	int passed = 0;

	TABLE_EACH("json", 2, cells)
	{
		arena_init(&arena, LIMIT_REQUEST_MEMORY);
		if (json_scan(&scan, &arena, cells[0])) {
			struct json_object *expected = by_json_c(cells[0]);

			ck_assert_msg(json_object_equal(json_tree(&arena, cells[0]), expected), "%.*s", SPAN_ARG(cells[0]));
			json_object_put(expected);
			passed++;
		}
		arena_release(&arena);
	}
	ck_assert_int_gt(passed, 20);
}
END_TEST

START_TEST(text_behind_the_span_is_not_read)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert_int_eq(json_object_get_int64(json_tree(&arena, (struct span){"1234", 2})), 12);
	ck_assert_ptr_null(json_tree(&arena, SPAN_LIT(" null ")));
	arena_release(&arena);
}
END_TEST

START_TEST(a_string_may_hold_nul_and_both_ends_of_escapes)
{
	struct json_object *text;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	text = json_tree(&arena, SPAN_LIT("\"\\\"a\\u0000\\ud83d\\ude00\\\\\""));
	ck_assert_int_eq(json_object_get_string_len(text), 8);
	ck_assert_int_eq(memcmp(json_object_get_string(text), "\"a\0\xf0\x9f\x98\x80\\", 8), 0);
	arena_release(&arena);
}
END_TEST

START_TEST(the_ceiling_of_the_arena_ends_the_building_and_nothing_is_lost)
{
	bool jumped = true;

	arena_init(&arena, 100);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		(void)json_tree(
			&arena,
			SPAN_LIT("{\"a\":{\"b\":[\"A\",{\"c\":\"\\u0041 and a hundred bytes more, which is more than "
				 "there is room for below the ceiling that the arena has got here\"}]}}"));
		jumped = false;
	}
	ck_assert(jumped);
	arena_release(&arena); /* the sanitizer tells what would be left */
}
END_TEST

TEST_FILE(json_tree, whatever_the_scan_passes_becomes_what_json_c_makes_of_it, text_behind_the_span_is_not_read,
	  a_string_may_hold_nul_and_both_ends_of_escapes, the_ceiling_of_the_arena_ends_the_building_and_nothing_is_lost)
