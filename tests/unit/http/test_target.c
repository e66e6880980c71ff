/* SPDX-License-Identifier: MIT */
#include "berth/http/target.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

static struct arena arena;
static struct error error;
static struct target target;

static bool parse(struct span uri)
{
	error_init(&error, &arena);
	return target_parse(&target, &arena, uri, &error);
}

static const char *describe(void)
{
	struct strbuf out;

	strbuf_init(&out, &arena, LIMIT_URI * 2);
	for (size_t i = 0; i < target.segment_count; i++) {
		bool last = i + 1 == target.segment_count;

		strbuf_add_span(&out, target.segments[i]);
		strbuf_addc(&out, last && target.trailing_slash ? '/' : '|');
	}
	if (target.segment_count == 0)
		strbuf_addc(&out, '/');
	strbuf_adds(&out, " ?");
	for (size_t i = 0; i < target.param_count; i++)
		strbuf_addf(&out, " %s=%s", target.params[i].key.ptr, target.params[i].value.ptr);
	return out.ptr;
}

START_TEST(the_table_holds)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	TABLE_EACH("targets", 2, cells)
	table_expect(&table, parse(cells[0]) ? describe() : error_name(error_code(&error)), cells[1]);
	arena_release(&arena);
}
END_TEST

START_TEST(a_target_may_be_as_long_as_the_limit_and_no_longer)
{
	char *text = malloc(LIMIT_URI + 1);

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	memset(text, 'a', LIMIT_URI + 1);
	text[0] = '/';
	ck_assert(parse((struct span){text, LIMIT_URI}));
	ck_assert(!parse((struct span){text, LIMIT_URI + 1}));
	ck_assert_int_eq(error_code(&error), E_URI_TOO_LONG);
	free(text);
	arena_release(&arena);
}
END_TEST

START_TEST(path_and_query_are_kept_whole)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(parse(SPAN_LIT("/v2/%61/?n=%31&last=x%2Fy")));
	ck_assert_str_eq(target.path.ptr, "/v2/a/");
	ck_assert_str_eq(target.raw_query.ptr, "n=%31&last=x%2Fy");
	ck_assert(parse(SPAN_LIT("/")));
	ck_assert(!target.trailing_slash);
	ck_assert(parse(SPAN_LIT("/v2")));
	ck_assert(!target.trailing_slash);
	ck_assert_str_eq(target.raw_query.ptr, "");
	arena_release(&arena);
}
END_TEST

START_TEST(a_key_is_found_first_and_each_time)
{
	const struct span *value;
	size_t at = 0;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert(parse(SPAN_LIT("/?tag=a&n=1&tag=b&tag&TAG=c")));
	ck_assert_str_eq(target_first(&target, "tag")->ptr, "a");
	ck_assert_ptr_null(target_first(&target, "ta"));
	ck_assert_ptr_null(target_first(&target, "last"));
	ck_assert_str_eq(target_next(&target, "tag", &at)->ptr, "a");
	ck_assert_str_eq(target_next(&target, "tag", &at)->ptr, "b");
	value = target_next(&target, "tag", &at);
	ck_assert_ptr_nonnull(value);
	ck_assert_uint_eq(value->len, 0);
	ck_assert_ptr_null(target_next(&target, "tag", &at));
	ck_assert_ptr_null(target_next(&target, "tag", &at));
	arena_release(&arena);
}
END_TEST

static const char *tidy(const char *uri, bool keep_last)
{
	struct span out;

	return target_tidy(&out, &arena, span_of(uri), keep_last) ? out.ptr : "clean";
}

START_TEST(slashes_are_tidied_and_nothing_else)
{
	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ck_assert_str_eq(tidy("//v2/", true), "/v2/");
	ck_assert_str_eq(tidy("//v2/", false), "/v2");
	ck_assert_str_eq(tidy("/v2/a//b///?x=//y", true), "/v2/a/b/?x=//y");
	ck_assert_str_eq(tidy("/v2/%2F%2f/", false), "/v2/%2F%2f");
	ck_assert_str_eq(tidy("http://evil//v2//", true), "/v2/");
	ck_assert_str_eq(tidy("//", false), "/");
	ck_assert_str_eq(tidy("/v2/a", false), "clean");
	ck_assert_str_eq(tidy("/", false), "clean");
	ck_assert_str_eq(tidy("v2//", true), "clean");
	ck_assert_str_eq(tidy("//a b", true), "clean");
	arena_release(&arena);
}
END_TEST

TEST_FILE(target, slashes_are_tidied_and_nothing_else, the_table_holds, a_target_may_be_as_long_as_the_limit_and_no_longer,
	  path_and_query_are_kept_whole, a_key_is_found_first_and_each_time)
