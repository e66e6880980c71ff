/* SPDX-License-Identifier: MIT */
#include "berth/http/respond.h"

#include "../../lib/test.h"
#include "berth/base/limits.h"
#include "fake_io.h"

static struct fake fake;
static struct response response;

static void begin(void)
{
	FAKE(&fake, "X=");
	response_init(&response, &fake.arena);
}

static bool finish(enum http_method method)
{
	return response_send(&response, &fake.io, method);
}

#define HEADER_IS(name, value) ck_assert(span_is(fake_sent(&fake, name), value))
#define HEADER_ABSENT(name) ck_assert_ptr_null(fake_sent(&fake, name).ptr)

START_TEST(a_reply_is_head_and_body_in_one_write)
{
	begin();
	response_header(&response, "Docker-Distribution-API-Version", "registry/2.0");
	response_body(&response, 201, "application/json", SPAN_LIT("{}"));
	ck_assert(finish(HTTP_GET));
	ck_assert_str_eq(fake.written, "Status: 201 Created\r\nDocker-Distribution-API-Version: registry/2.0\r\n"
				       "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
	ck_assert_uint_eq(fake.writes, 1);
	fake_release(&fake);
}
END_TEST

START_TEST(a_value_that_could_end_a_header_turns_the_reply_into_500)
{
	static char long_value[LIMIT_HEADER_VALUE + 2];
	static const char *const values[] = {
		"a\r\nX-Accel-Redirect: /etc/passwd",
		"a\n",
		"\r",
		"tab\there",
		"a\x7f",
		"a\x01",
		"\xc3\xa4",
		"\xff",
		long_value,
	};

	memset(long_value, 'x', LIMIT_HEADER_VALUE + 1);
	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		begin();
		response_header(&response, "Docker-Content-Digest", "sha256:00");
		response_header(&response, "Location", values[i]);
		response_body(&response, 201, "text/plain", SPAN_LIT("secret"));
		ck_assert(finish(HTTP_GET));
		HEADER_IS("Status", "500 Internal Server Error");
		HEADER_IS("Content-Type", "application/json");
		HEADER_ABSENT("Location");
		HEADER_ABSENT("Docker-Content-Digest");
		ck_assert_ptr_null(strstr(fake.written, "X-Accel"));
		ck_assert_ptr_null(strstr(fake.written, "secret"));
		ck_assert_ptr_nonnull(strstr(fake_body(&fake).ptr, "\"UNKNOWN\""));
		fake_release(&fake);
	}
}
END_TEST

START_TEST(the_longest_value_and_every_printable_byte_pass)
{
	static char longest[LIMIT_HEADER_VALUE + 1], printable[96];

	memset(longest, 'x', LIMIT_HEADER_VALUE);
	for (int i = 0; i < 95; i++)
		printable[i] = (char)(' ' + i);
	begin();
	response_header(&response, "Link", longest);
	response_headerf(&response, "X-All", "<%s>", printable);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "200 OK");
	HEADER_IS("Link", longest);
	ck_assert_ptr_nonnull(strstr(fake.written, printable));
	fake_release(&fake);
}
END_TEST

START_TEST(more_headers_than_the_table_holds_are_refused)
{
	begin();
	for (int i = 0; i <= RESPONSE_HEADERS_MAX; i++)
		response_headerf(&response, "X-Number", "%d", i);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "500 Internal Server Error");
	HEADER_ABSENT("X-Number");
	fake_release(&fake);
}
END_TEST

START_TEST(headers_too_large_together_are_refused_and_not_cut)
{
	static char value[LIMIT_HEADER_VALUE + 1];

	memset(value, 'x', LIMIT_HEADER_VALUE);
	begin();
	for (int i = 0; i < RESPONSE_HEADERS_MAX; i++)
		response_header(&response, "X-Large", value);
	response_body(&response, 200, NULL, SPAN_LIT("body"));
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "500 Internal Server Error");
	HEADER_ABSENT("X-Large");
	fake_release(&fake);
}
END_TEST

START_TEST(a_head_has_the_length_and_no_body)
{
	begin();
	response_body(&response, 200, "text/plain", SPAN_LIT("hello"));
	ck_assert(finish(HTTP_HEAD));
	HEADER_IS("Content-Length", "5");
	ck_assert_uint_eq(fake_body(&fake).len, 0);
	fake_release(&fake);

	begin();
	response_length(&response, 12345678901);
	ck_assert(finish(HTTP_HEAD));
	HEADER_IS("Content-Length", "12345678901");
	fake_release(&fake);
}
END_TEST

START_TEST(a_status_without_a_body_has_no_length_either)
{
	static const int statuses[] = {204, 304};

	for (size_t i = 0; i < 2; i++) {
		begin();
		response_body(&response, statuses[i], NULL, SPAN_LIT("not for sending"));
		ck_assert(finish(HTTP_GET));
		HEADER_ABSENT("Content-Length");
		ck_assert_uint_eq(fake_body(&fake).len, 0);
		fake_release(&fake);
	}
}
END_TEST

START_TEST(an_empty_reply_says_so)
{
	begin();
	response.status = 202;
	ck_assert(finish(HTTP_PATCH));
	HEADER_IS("Content-Length", "0");
	fake_release(&fake);
}
END_TEST

START_TEST(the_web_server_says_the_length_of_what_it_sends)
{
	begin();
	response.length_elsewhere = true;
	response_header(&response, "X-Accel-Redirect", "/_berth/blobs/sha256/2c/2cf2/data");
	ck_assert(finish(HTTP_GET));
	HEADER_ABSENT("Content-Length");
	fake_release(&fake);
}
END_TEST

START_TEST(a_large_body_goes_out_whole)
{
	static char bytes[300000];

	memset(bytes, 'x', sizeof bytes - 1);
	begin();
	response_body(&response, 200, NULL, span_of(bytes));
	ck_assert(finish(HTTP_GET));
	ck_assert(span_is(fake_body(&fake), bytes));
	fake_release(&fake);
}
END_TEST

static bool stream(void *context, struct http_io *io)
{
	return io->write(io->context, context, strlen(context));
}

START_TEST(a_stream_follows_the_head)
{
	static char text[] = "streamed";

	begin();
	response_length(&response, 8);
	response.stream = stream;
	response.stream_context = text;
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Content-Length", "8");
	ck_assert(span_is(fake_body(&fake), "streamed"));
	fake_release(&fake);

	begin();
	response.stream = stream;
	response.stream_context = text;
	fake.write_limit = 1;
	ck_assert(!finish(HTTP_GET));
	fake_release(&fake);
}
END_TEST

START_TEST(a_client_that_is_gone_is_noticed)
{
	begin();
	fake.write_limit = 0;
	ck_assert(!finish(HTTP_GET));
	fake_release(&fake);
}
END_TEST

START_TEST(an_error_replaces_what_was_built)
{
	begin();
	response_header(&response, "Docker-Content-Digest", "sha256:00");
	response_body(&response, 201, "text/plain", SPAN_LIT("hello"));
	error_setf(&fake.error, E_MANIFEST_UNKNOWN, "unknown tag=\"%s\"\r\n", "a\xff");
	response_error(&response, &fake.error);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "404 Not Found");
	HEADER_IS("Content-Type", "application/json");
	HEADER_ABSENT("Docker-Content-Digest");
	HEADER_ABSENT("Retry-After");
	ck_assert(span_is(fake_body(&fake), "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest unknown\","
					    "\"detail\":\"unknown tag=\\\"a\xef\xbf\xbd\\\"\\r\\n\"}]}\n"));
	fake_release(&fake);
}
END_TEST

START_TEST(several_errors_are_one_list)
{
	begin();
	error_add(&fake.error, E_MANIFEST_BLOB_UNKNOWN, "sha256:aa", NULL);
	error_add(&fake.error, E_MANIFEST_INVALID, NULL, NULL);
	response_error(&response, &fake.error);
	ck_assert(finish(HTTP_PUT));
	HEADER_IS("Status", "400 Bad Request");
	ck_assert(span_is(
		fake_body(&fake),
		"{\"errors\":[{\"code\":\"MANIFEST_BLOB_UNKNOWN\",\"message\":\"blob unknown to registry: sha256:aa\","
		"\"detail\":\"sha256:aa\"},{\"code\":\"MANIFEST_INVALID\",\"message\":\"manifest invalid\"}]}\n"));
	fake_release(&fake);
}
END_TEST

START_TEST(an_outage_says_when_to_come_back)
{
	begin();
	error_unavailable(&fake.error, 5);
	response_error(&response, &fake.error);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "503 Service Unavailable");
	HEADER_IS("Retry-After", "5");
	fake_release(&fake);
}
END_TEST

START_TEST(a_header_of_an_error_is_checked_as_all_are)
{
	begin();
	error_set(&fake.error, E_UNAUTHORIZED);
	error_header(&fake.error, "WWW-Authenticate", "Basic");
	response_error(&response, &fake.error);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("WWW-Authenticate", "Basic");
	fake_release(&fake);
	begin();
	error_set(&fake.error, E_UNAUTHORIZED);
	error_header(&fake.error, "WWW-Authenticate", "Basic\r\nX-Accel-Redirect: /secret");
	response_error(&response, &fake.error);
	ck_assert(finish(HTTP_GET));
	HEADER_IS("Status", "500 Internal Server Error");
	HEADER_ABSENT("X-Accel-Redirect");
	fake_release(&fake);
}
END_TEST

TEST_FILE(respond, a_reply_is_head_and_body_in_one_write, a_value_that_could_end_a_header_turns_the_reply_into_500,
	  the_longest_value_and_every_printable_byte_pass, more_headers_than_the_table_holds_are_refused,
	  headers_too_large_together_are_refused_and_not_cut, a_head_has_the_length_and_no_body,
	  a_status_without_a_body_has_no_length_either, an_empty_reply_says_so,
	  the_web_server_says_the_length_of_what_it_sends, a_large_body_goes_out_whole, a_stream_follows_the_head,
	  a_client_that_is_gone_is_noticed, an_error_replaces_what_was_built, several_errors_are_one_list,
	  an_outage_says_when_to_come_back, a_header_of_an_error_is_checked_as_all_are)
