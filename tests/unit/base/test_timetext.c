/* SPDX-License-Identifier: MIT */
#include "berth/base/timetext.h"

#include "../../lib/test.h"

#define THEN 1369353600 /* 24 May 2013, midnight */

START_TEST(times_are_written_as_protocols_do)
{
	char text[TIMETEXT_MAX];

	ck_assert_str_eq(timetext_http(text, THEN), "Fri, 24 May 2013 00:00:00 GMT");
	ck_assert_str_eq(timetext_basic(text, THEN), "20130524T000000Z");
	ck_assert_str_eq(timetext_extended(text, THEN + 3661), "2013-05-24T01:01:01Z");
}
END_TEST

START_TEST(every_form_is_read_back)
{
	static const char *const forms[] = {
		"Fri, 24 May 2013 00:00:00 GMT", "20130524T000000Z",           "2013-05-24T00:00:00Z",
		"2013-05-24T00:00:00.000Z",      "2013-05-24T00:00:00.123456", "2013-05-24T00:00:00",
	};
	int64_t when;

	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		ck_assert_msg(timetext_parse(&when, span_of(forms[i])), "%s", forms[i]);
		ck_assert_msg(when == THEN, "%s", forms[i]);
	}
}
END_TEST

START_TEST(anything_else_is_refused)
{
	static const char *const refused[] = {
		"",
		"2013-05-24",
		"2013-05-24T00:00:00+02:00",
		"2013-05-24T00:00:00.Z",
		"2013-13-24T00:00:00Z",
		"20130524T000000Zx",
		"1369353600",
		"Fri, 24 May 2013 00:00:00 CEST",
		"2013-05-24T00:00:00.000000000000000000000000000000000000Z",
	};
	int64_t when;

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ck_assert_msg(!timetext_parse(&when, span_of(refused[i])), "%s", refused[i]);
}
END_TEST

TEST_FILE(timetext, times_are_written_as_protocols_do, every_form_is_read_back, anything_else_is_refused)
