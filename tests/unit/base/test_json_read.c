/* SPDX-License-Identifier: MIT */
#include "berth/base/json_read.h"

#include "../../lib/json_same.h"
#include "../../lib/table.h"
#include "../../lib/test.h"
#include "berth/base/strbuf.h"

static struct arena arena;
static struct json_fault fault;

START_TEST(the_table_holds)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	TABLE_EACH("json", 2, cells)
	{
		const char *seen = "ok";

		if (!json_read(&arena, cells[0], &fault))
			seen = arena_printf(&arena, "%s at %zu", fault.reason, fault.offset);
		table_expect(&table, seen, cells[1]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(values_are_those_that_json_c_reads)
{
	int passed = 0;

	TABLE_EACH("json", 2, cells)
	{
		const struct json *ours;

		arena_init(&arena, LIMIT_REQUEST_MEMORY);
		ours = json_read(&arena, cells[0], NULL);
		if (ours) {
			enum json_tokener_error error;
			size_t end;
			struct json_object *theirs = json_c_read(cells[0], 0, &error, &end);

			ck_assert_int_eq(error, json_tokener_success);
			ck_assert_msg(json_same(ours, theirs), "%.*s", SPAN_ARG(cells[0]));
			json_object_put(theirs);
			passed++;
		}
		arena_release(&arena);
	}
	ck_assert_int_gt(passed, 20);
}
END_TEST

static const struct json *read_nested(const char *open, const char *inner, const char *close, int depth)
{
	struct strbuf text;

	arena_clear(&arena);
	strbuf_init(&text, &arena, 1 << 16);
	for (int i = 0; i < depth; i++)
		strbuf_adds(&text, open);
	strbuf_adds(&text, inner);
	for (int i = 0; i < depth; i++)
		strbuf_adds(&text, close);
	return json_read(&arena, strbuf_span(&text), &fault);
}

START_TEST(nesting_ends_at_the_limit)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(read_nested("[", "1", "]", LIMIT_JSON_DEPTH));
	ck_assert(read_nested("{\"a\":", "1", "}", LIMIT_JSON_DEPTH));
	ck_assert(!read_nested("[", "1", "]", LIMIT_JSON_DEPTH + 1));
	ck_assert_str_eq(fault.reason, "nested too deeply");
	ck_assert_uint_eq(fault.offset, LIMIT_JSON_DEPTH);
	ck_assert(!read_nested("{\"a\":", "1", "}", LIMIT_JSON_DEPTH + 1));
	arena_release(&arena);
}
END_TEST

START_TEST(values_end_at_the_limit)
{
	struct strbuf text;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&text, &arena, LIMIT_MANIFEST);
	strbuf_addc(&text, '[');
	for (size_t i = 1; i < LIMIT_JSON_VALUES; i++)
		strbuf_adds(&text, "1,");
	strbuf_adds(&text, "1]");
	ck_assert_uint_eq(json_count(json_read(&arena, strbuf_span(&text), NULL)), LIMIT_JSON_VALUES);
	text.ptr[text.len - 1] = ',';
	strbuf_adds(&text, "1]");
	ck_assert(!json_read(&arena, strbuf_span(&text), &fault));
	ck_assert_str_eq(fault.reason, "too many values");
	arena_release(&arena);
}
END_TEST

/* A quadratic comparison of these would take minutes, and the test's time-out is shorter. */
START_TEST(as_many_keys_as_a_manifest_holds_are_compared_in_time)
{
	const struct json *root;
	struct strbuf text;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	strbuf_init(&text, &arena, LIMIT_MANIFEST);
	strbuf_addc(&text, '{');
	for (unsigned i = 0; text.len + 32 < LIMIT_MANIFEST; i++)
		strbuf_addf(&text, "\"%x\":0,", i * 2654435761u);
	strbuf_adds(&text, "\"last\":0}");
	ck_assert(strbuf_ok(&text));
	root = json_read(&arena, strbuf_span(&text), NULL);
	ck_assert(root && root->length > 300000);
	ck_assert_int_eq(json_get_integer(root, "last", -1), 0);
	arena_release(&arena);
}
END_TEST

START_TEST(a_key_that_comes_twice_is_found_among_few_and_many)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	for (int keys = 2; keys < 40; keys++)
		for (int twin = 0; twin < keys; twin++) {
			struct strbuf text;

			arena_clear(&arena);
			strbuf_init(&text, &arena, 1 << 12);
			for (int i = 0; i < keys; i++)
				strbuf_addf(&text, "%c\"%d\":%d", i ? ',' : '{', i, i);
			ck_assert(json_read(&arena, span_of(arena_printf(&arena, "%s}", text.ptr)), NULL));
			strbuf_addf(&text, ",\"%d\":0}", twin);
			ck_assert(!json_read(&arena, strbuf_span(&text), &fault));
			ck_assert_str_eq(fault.reason, "an object has the same key twice");
		}
	arena_release(&arena);
}
END_TEST

START_TEST(every_cut_of_a_good_text_is_refused)
{
	static const char text[] = "{\"a\\u00e4\":[1.5e3,-2,true,\"\xc3\xa4\\ud83d\\ude00\"],\"b\":{\"c\":null}}";

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(json_read(&arena, SPAN_LIT(text), NULL));
	for (size_t cut = 0; cut < sizeof text - 1; cut++) {
		/* malloc'd to the byte, so that AddressSanitizer sees a read past the end */
		char *part = malloc(cut ? cut : 1);

		memcpy(part, text, cut);
		ck_assert_msg(!json_read(&arena, (struct span){part, cut}, &fault), "cut at %zu", cut);
		ck_assert_uint_le(fault.offset, cut);
		free(part);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(text_behind_the_span_is_not_read)
{
	const struct json *value;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	value = json_read(&arena, (struct span){"1234", 2}, NULL);
	ck_assert(json_is(value, JSON_INTEGER) && value->integer == 12);
	value = json_read(&arena, (struct span){"1.5e34", 5}, NULL);
	ck_assert(json_is(value, JSON_REAL) && value->real > 1499 && value->real < 1501);
	arena_release(&arena);
}
END_TEST

START_TEST(a_string_may_hold_nul_and_both_ends_of_escapes)
{
	struct span text;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	text = json_as_span(json_read(&arena, SPAN_LIT("\"\\\"a\\u0000\\ud83d\\ude00\\\\\""), NULL));
	ck_assert_uint_eq(text.len, 8);
	ck_assert_int_eq(memcmp(text.ptr, "\"a\0\xf0\x9f\x98\x80\\", 9), 0);
	arena_release(&arena);
}
END_TEST

START_TEST(look_ups_nest_without_tests_in_between)
{
	const struct json *root, *item;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	root = json_read(&arena, SPAN_LIT("{\"a\":[\"x\",7,{}],\"n\":null,\"i\":-3,\"s\":\"t\",\"b\":true}"), NULL);
	ck_assert(json_has(root, "n") && !json_get(root, "n") && !json_has(root, "none"));
	ck_assert_str_eq(json_get_string(root, "s"), "t");
	ck_assert_ptr_null(json_get_string(root, "i"));
	ck_assert_int_eq(json_get_integer(root, "i", 9), -3);
	ck_assert_int_eq(json_get_integer(root, "s", 9), 9);
	ck_assert_uint_eq(json_count(json_get(root, "a")), 3);
	ck_assert_uint_eq(json_count(root), 0);
	item = json_first(json_get(root, "a"));
	ck_assert_str_eq(json_as_string(item), "x");
	ck_assert_int_eq(item->next->integer, 7);
	ck_assert_ptr_null(json_first(item->next->next));
	ck_assert_ptr_null(item->next->next->next);
	ck_assert_ptr_null(json_get(json_get(json_get(NULL, "a"), "b"), "c"));
	ck_assert_ptr_null(json_first(json_get(root, "s")));
	ck_assert_ptr_null(json_as_span(root).ptr);
	arena_release(&arena);
}
END_TEST

START_TEST(the_ceiling_of_the_arena_ends_the_reading)
{
	bool jumped = true;

	arena_init(&arena, 300);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		ck_assert(!json_read(&arena, SPAN_LIT("[1,2,3,4,5,6,7,8,9,10]"), NULL));
		jumped = false;
	}
	ck_assert(jumped);
	arena_release(&arena);
}
END_TEST

TEST_FILE(json_read, the_table_holds, values_are_those_that_json_c_reads, nesting_ends_at_the_limit,
	  values_end_at_the_limit, as_many_keys_as_a_manifest_holds_are_compared_in_time,
	  a_key_that_comes_twice_is_found_among_few_and_many, every_cut_of_a_good_text_is_refused,
	  text_behind_the_span_is_not_read, a_string_may_hold_nul_and_both_ends_of_escapes,
	  look_ups_nest_without_tests_in_between, the_ceiling_of_the_arena_ends_the_reading)
