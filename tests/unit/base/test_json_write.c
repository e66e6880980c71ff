/* SPDX-License-Identifier: MIT */
#include "berth/base/json_write.h"

#include "../../lib/test.h"
#include "berth/base/json_read.h"

static struct arena arena;
static struct strbuf buf;

static const char *escaped(struct span text)
{
	arena_init(&arena, 1 << 20);
	strbuf_init(&buf, &arena, 1 << 16);
	json_escape(&buf, text);
	return buf.ptr;
}

START_TEST(strings_are_escaped)
{
	static const struct {
		struct span text;
		const char *due;
	} cases[] = {
		{{"", 0}, "\"\""},
		{{"plain / text", 12}, "\"plain / text\""},
		{{"\"\\", 2}, "\"\\\"\\\\\""},
		{{"\n\r\t\b\f", 5}, "\"\\n\\r\\t\\u0008\\u000c\""},
		{{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\\u007f\""},
		{{"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 9}, "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\""},
		{{"a\xff\x62", 3}, "\"a\xef\xbf\xbd\x62\""},
		{{"\xc0\xaf", 2}, "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* overlong slash */
		{{"\xed\xa0\x80", 3}, "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""}, /* surrogate */
		{{"\xe2\x82", 2}, "\"\xef\xbf\xbd\xef\xbf\xbd\""},                 /* cut short */
		{{"\xc3\"", 2}, "\"\xef\xbf\xbd\\\"\""},                           /* the quote is no tail byte */
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		ck_assert_str_eq(escaped(cases[i].text), cases[i].due);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(any_bytes_make_a_valid_string)
{
	unsigned char bytes[512];
	struct json_fault fault;

	for (unsigned step = 1; step < 256; step += 2) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (unsigned char)(i * step + i / 7);
		escaped((struct span){(const char *)bytes, sizeof bytes});
		ck_assert_msg(json_read(&arena, strbuf_span(&buf), &fault), "step %u: %s at %zu", step, fault.reason,
			      fault.offset);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(commas_stand_between_and_nowhere_else)
{
	struct json_writer json;

	arena_init(&arena, 1 << 20);
	strbuf_init(&buf, &arena, 1 << 16);
	json = json_writer(&buf);
	json_open(&json, '{');
	json_key(&json, "a");
	json_open(&json, '[');
	json_close(&json, ']');
	json_key(&json, "b");
	json_open(&json, '[');
	json_u64(&json, UINT64_MAX);
	json_boolean(&json, true);
	json_boolean(&json, false);
	json_open(&json, '{');
	json_close(&json, '}');
	json_text(&json, NULL);
	json_close(&json, ']');
	json_key(&json, "c\"");
	json_raw(&json, SPAN_LIT("{\"x\":1}"));
	json_close(&json, '}');
	ck_assert_str_eq(buf.ptr, "{\"a\":[],\"b\":[18446744073709551615,true,false,{},\"\"],\"c\\\"\":{\"x\":1}}");
	arena_release(&arena);
}
END_TEST

TEST_FILE(json_write, strings_are_escaped, any_bytes_make_a_valid_string, commas_stand_between_and_nowhere_else)
