/* SPDX-License-Identifier: MIT */
#include "berth/base/log.h"

#include <errno.h>

#include "../../lib/test.h"
#include "berth/base/json_read.h"
#include "berth/base/limits.h"

static FILE *captured;
static char *text;

/* What goes to stderr from here on is for `lines` to read. */
static void capture(enum log_level level, enum log_format format)
{
	captured = tmpfile();
	ck_assert_ptr_nonnull(captured);
	ck_assert_int_ge(dup2(fileno(captured), STDERR_FILENO), 0);
	log_setup(level, format);
}

static const char *lines(void)
{
	size_t len;

	(void)fseek(captured, 0, SEEK_END);
	len = (size_t)ftell(captured);
	rewind(captured);
	free(text);
	text = calloc(1, len + 1);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(fread(text, 1, len, captured), len);
	return text;
}

static size_t line_count(void)
{
	size_t count = 0;

	for (const char *c = lines(); *c; c++)
		count += *c == '\n';
	return count;
}

static void expect(const char *due)
{
	ck_assert_msg(strstr(lines(), due) != NULL, "%s in %s", due, text);
}

static void expect_json(void)
{
	struct arena arena;
	struct json_fault fault;

	arena_init(&arena, 4 << 20);
	ck_assert_msg(json_read(&arena, span_of(lines()), &fault), "%s at %zu of %s", fault.reason, fault.offset, text);
	arena_release(&arena);
}

#define HOSTILE "a\r\nlevel=error msg=\"forged\"\x1b[31m\xff\x7f"
#define HOSTILE_ESCAPED "\"a\\r\\nlevel=error msg=\\\"forged\\\"\\u001b[31m\xef\xbf\xbd\\u007f\""

START_TEST(client_bytes_cannot_end_a_text_line)
{
	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_context_set("http.request.uri", HOSTILE);
	log_info("%s", HOSTILE);
	ck_assert_uint_eq(line_count(), 1);
	expect(" level=info msg=" HOSTILE_ESCAPED " http.request.uri=" HOSTILE_ESCAPED "\n");
}
END_TEST

START_TEST(client_bytes_cannot_end_a_json_line)
{
	static const enum log_format formats[] = {LOG_FORMAT_JSON, LOG_FORMAT_LOGSTASH};

	for (size_t i = 0; i < 2; i++) {
		capture(LOG_LEVEL_INFO, formats[i]);
		log_context_clear();
		log_context_set("uri", HOSTILE);
		log_error("%s", HOSTILE);
		ck_assert_uint_eq(line_count(), 1);
		expect_json();
		expect(i ? "\"message\":" HOSTILE_ESCAPED : "\"msg\":" HOSTILE_ESCAPED);
		expect(",\"uri\":" HOSTILE_ESCAPED "}\n");
	}
}
END_TEST

START_TEST(a_line_of_the_longest_values_is_still_a_line)
{
	static char worst[LIMIT_LOG_FIELD * 4];
	static const char *const keys[] = {"a", "b", "c", "d", "e", "f", "g", "h"};

	memset(worst, '\x01', sizeof worst - 1); /* six bytes each when escaped */
	for (int format = LOG_FORMAT_TEXT; format <= LOG_FORMAT_LOGSTASH; format++) {
		capture(LOG_LEVEL_INFO, (enum log_format)format);
		log_context_clear();
		for (size_t i = 0; i < 8; i++)
			log_context_set(keys[i], worst);
		log_info("%s", worst);
		ck_assert_uint_eq(line_count(), 1);
		ck_assert_int_eq(text[strlen(text) - 1], '\n');
		if (format != LOG_FORMAT_TEXT)
			expect_json();
	}
}
END_TEST

START_TEST(a_value_is_cut_at_the_limit)
{
	static char value[LIMIT_LOG_FIELD * 2 + 1];
	size_t count = 0;

	memset(value, 'v', sizeof value - 1);
	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_context_set("key", value);
	log_info("%s", "-");
	for (const char *c = strstr(lines(), "key=\""); *c; c++)
		count += *c == 'v';
	ck_assert_uint_eq(count, LIMIT_LOG_FIELD);
}
END_TEST

START_TEST(levels_are_held_back)
{
	capture(LOG_LEVEL_WARN, LOG_FORMAT_TEXT);
	log_info("%s", "info");
	log_debug("%s", "debug");
	ck_assert_uint_eq(line_count(), 0);
	log_warn("%s", "w");
	log_error("%s", "e");
	ck_assert_uint_eq(line_count(), 2);
	expect(" level=warning msg=\"w\"");
	expect(" level=error msg=\"e\"");
	ck_assert(log_enabled(LOG_LEVEL_WARN));
	ck_assert(!log_enabled(LOG_LEVEL_INFO));
}
END_TEST

START_TEST(static_fields_are_copied_and_forgotten)
{
	char key[] = "env", value[] = "prod";

	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_static_field(key, value);
	memset(key, 'x', 3);
	memset(value, 'x', 4);
	log_info("%s", "one");
	expect("msg=\"one\" env=\"prod\"\n");
	log_static_clear();
	log_info("%s", "two");
	expect("msg=\"two\"\n");
}
END_TEST

START_TEST(more_fields_than_are_kept_do_no_harm)
{
	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	for (int i = 0; i < 100; i++) {
		log_context_set("context", "c");
		log_static_field("fixed", "f");
	}
	log_info("%s", "one");
	ck_assert_uint_eq(line_count(), 1);
	log_static_clear();
}
END_TEST

START_TEST(the_cause_in_errno_survives)
{
	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	errno = EDQUOT;
	log_info("%s", "one");
	ck_assert_int_eq(errno, EDQUOT);
}
END_TEST

START_TEST(what_is_captured_does_not_go_out)
{
	char why[20];

	capture(LOG_LEVEL_INFO, LOG_FORMAT_TEXT);
	log_capture(why, sizeof why);
	ck_assert_str_eq(why, "");
	log_error("%s", "first");
	log_warn("%s", "second");
	ck_assert_uint_eq(line_count(), 0);
	ck_assert_str_eq(why, "first; second");
	log_error("%s", "cut where the room ends");
	ck_assert_str_eq(why, "first; second; cut ");
	log_info("%s", "passes");
	log_capture(NULL, 0);
	log_error("%s", "out again");
	ck_assert_uint_eq(line_count(), 2);
}
END_TEST

TEST_FILE(log, client_bytes_cannot_end_a_text_line, client_bytes_cannot_end_a_json_line,
	  a_line_of_the_longest_values_is_still_a_line, a_value_is_cut_at_the_limit, levels_are_held_back,
	  static_fields_are_copied_and_forgotten, more_fields_than_are_kept_do_no_harm, the_cause_in_errno_survives,
	  what_is_captured_does_not_go_out)
