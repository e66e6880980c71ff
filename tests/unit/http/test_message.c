/* SPDX-License-Identifier: MIT */
#include "berth/http/message.h"

#include "../../lib/test.h"
#include "berth/base/limits.h"
#include "fake_io.h"

static struct fake fake;
static struct http_request request;

#define GIVEN(...) FAKE(&fake, "REQUEST_METHOD=PUT", "REQUEST_URI=/v2/", __VA_ARGS__)

static bool read_request(void)
{
	return http_request_read(&request, &fake.io, &fake.arena, &fake.error);
}

/* Reads the whole body with `limit`; what came is in *out. */
static bool read_all(struct span *out, size_t limit)
{
	ck_assert(read_request());
	return http_body_all(&request, limit, E_MANIFEST_TOO_LARGE, out, &fake.error);
}

START_TEST(methods_have_one_spelling)
{
	static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		enum http_method method = http_method_parse(span_of(names[i]));

		ck_assert_int_eq(method, 1 << i);
		ck_assert_str_eq(http_method_name(method), names[i]);
	}
	ck_assert_int_eq(http_method_parse(SPAN_LIT("get")), 0);
	ck_assert_int_eq(http_method_parse(SPAN_LIT("GETS")), 0);
	ck_assert_int_eq(http_method_parse(SPAN_LIT("")), 0);
	ck_assert_str_eq(http_method_name(0), "?");
}
END_TEST

START_TEST(a_request_is_read)
{
	GIVEN("CONTENT_LENGTH=12", "CONTENT_TYPE=text/plain");
	ck_assert(read_request());
	ck_assert_int_eq(request.method, HTTP_PUT);
	ck_assert(request.has_length);
	ck_assert_uint_eq(request.length, 12);
	ck_assert(!request.spooled);
	ck_assert(span_is(request.target.path, "/v2/"));
	ck_assert(span_is(http_header(&request, "CONTENT_TYPE"), "text/plain"));
	fake_release(&fake);
}
END_TEST

START_TEST(a_request_that_cannot_be_read_can_be_answered)
{
	FAKE(&fake, "REQUEST_METHOD=BREW", "REQUEST_URI=/v2/../etc");
	ck_assert(!read_request());
	ck_assert_int_eq(error_code(&fake.error), E_URI_INVALID);
	ck_assert_ptr_eq(request.io, &fake.io);
	ck_assert_ptr_eq(request.arena, &fake.arena);
	ck_assert_int_eq(request.method, 0);
	fake_release(&fake);
}
END_TEST

START_TEST(a_malformed_length_is_refused)
{
	static const char *const lengths[] = {
		"CONTENT_LENGTH=-1",
		"CONTENT_LENGTH=1 2",
		"CONTENT_LENGTH=0x10",
		"CONTENT_LENGTH=+5",
		"CONTENT_LENGTH=9223372036854775808",
		"CONTENT_LENGTH=99999999999999999999",
		"CONTENT_LENGTH=5, 5",
	};

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		GIVEN(lengths[i]);
		ck_assert_msg(!read_request(), "%s", lengths[i]);
		ck_assert_int_eq(error_code(&fake.error), E_SIZE_INVALID);
		fake_release(&fake);
	}
	GIVEN("CONTENT_LENGTH=9223372036854775807");
	ck_assert(read_request());
	fake_release(&fake);
}
END_TEST

START_TEST(repeated_headers_are_joined)
{
	GIVEN("HTTP_ACCEPT=text/html", "HTTP_ACCEPT_ENCODING=gzip", "HTTP_ACCEPT=", "HTTP_ACCEPT=a/b, c/d");
	ck_assert(read_request());
	ck_assert(span_is(http_header(&request, "HTTP_ACCEPT"), "text/html, , a/b, c/d"));
	ck_assert(span_is(http_header(&request, "HTTP_ACCEPT_ENCODING"), "gzip"));
	ck_assert_uint_eq(http_header(&request, "HTTP_ACC").len, 0);
	ck_assert_uint_eq(http_header(&request, "HTTP_RANGE").len, 0);
	fake_release(&fake);
}
END_TEST

START_TEST(a_body_comes_whole_however_it_is_cut)
{
	static char bytes[50000];
	static const size_t pieces[] = {1, 7, 16384, 16385, 49999, 50000, SIZE_MAX};
	struct span body;

	memset(bytes, 'x', sizeof bytes);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		for (int with_length = 0; with_length < 2; with_length++) {
			GIVEN(with_length ? "CONTENT_LENGTH=50000" : "X=");
			fake.body = (struct span){bytes, sizeof bytes};
			fake.piece = pieces[i];
			ck_assert(read_all(&body, sizeof bytes));
			ck_assert_uint_eq(body.len, sizeof bytes);
			ck_assert_mem_eq(body.ptr, bytes, sizeof bytes);
			ck_assert_int_eq(body.ptr[body.len], '\0');
			fake_release(&fake);
		}
	}
}
END_TEST

START_TEST(bytes_behind_the_announced_end_are_not_the_bodys)
{
	struct span body;

	GIVEN("CONTENT_LENGTH=5");
	fake.body = SPAN_LIT("hello and more");
	ck_assert(read_all(&body, 100));
	ck_assert(span_is(body, "hello"));
	fake_release(&fake);
}
END_TEST

START_TEST(a_body_that_ends_early_is_an_error_and_no_end)
{
	struct span body;

	GIVEN("CONTENT_LENGTH=6");
	fake.body = SPAN_LIT("hello");
	ck_assert(!read_all(&body, 100));
	ck_assert_int_eq(error_code(&fake.error), E_SIZE_INVALID);
	fake_release(&fake);
}
END_TEST

START_TEST(a_body_of_unknown_length_that_breaks_off_is_an_error)
{
	struct span body;

	GIVEN("HTTP_TRANSFER_ENCODING=chunked");
	fake.body = SPAN_LIT("hello");
	fake.breaks = true;
	ck_assert(!read_all(&body, 100));
	ck_assert_int_eq(error_code(&fake.error), E_SIZE_INVALID);
	fake_release(&fake);
}
END_TEST

START_TEST(a_body_of_no_bytes_is_empty)
{
	struct span body;

	for (int with_length = 0; with_length < 2; with_length++) {
		GIVEN(with_length ? "CONTENT_LENGTH=0" : "CONTENT_LENGTH=");
		ck_assert(read_all(&body, 100));
		ck_assert_int_eq(request.has_length, with_length);
		ck_assert_uint_eq(body.len, 0);
		fake_release(&fake);
	}
}
END_TEST

START_TEST(a_body_past_the_limit_is_too_large)
{
	struct span body;

	GIVEN("CONTENT_LENGTH=6");
	ck_assert(!read_all(&body, 5));
	ck_assert_int_eq(error_code(&fake.error), E_MANIFEST_TOO_LARGE);
	ck_assert_uint_eq(fake.reads, 0); /* told from the length alone */
	fake_release(&fake);

	GIVEN("X=");
	fake.body = SPAN_LIT("hello!");
	ck_assert(!read_all(&body, 5));
	ck_assert_int_eq(error_code(&fake.error), E_MANIFEST_TOO_LARGE);
	fake_release(&fake);

	GIVEN("X=");
	fake.body = SPAN_LIT("hello");
	ck_assert(read_all(&body, 5));
	ck_assert(span_is(body, "hello"));
	fake_release(&fake);
}
END_TEST

START_TEST(a_stream_counts_what_came)
{
	char buffer[64];
	size_t got;

	GIVEN("CONTENT_LENGTH=5");
	fake.body = SPAN_LIT("hello");
	fake.piece = 3;
	ck_assert(read_request());
	ck_assert(http_body_read(&request, buffer, sizeof buffer, &got, &fake.error) && got == 3);
	ck_assert(http_body_read(&request, buffer, sizeof buffer, &got, &fake.error) && got == 2);
	ck_assert(http_body_read(&request, buffer, sizeof buffer, &got, &fake.error) && got == 0);
	ck_assert_uint_eq(request.received, 5);
	ck_assert_uint_eq(fake.reads, 2); /* the end is known */
	fake_release(&fake);
}
END_TEST

START_TEST(a_spooled_body_is_a_file_or_empty)
{
	GIVEN("BERTH_SPOOL_FILE=/data/berth/spool/0000000001", "CONTENT_LENGTH=5");
	ck_assert(read_request());
	ck_assert(request.spooled);
	ck_assert_str_eq(request.spool_path, "/data/berth/spool/0000000001");
	ck_assert(http_body_drain(&request));
	ck_assert_uint_eq(fake.reads, 0);
	fake_release(&fake);

	GIVEN("BERTH_SPOOL_FILE=", "CONTENT_LENGTH=0");
	ck_assert(read_request());
	ck_assert(request.spooled);
	ck_assert_ptr_null(request.spool_path);
	fake_release(&fake);
}
END_TEST

START_TEST(a_header_is_never_taken_for_the_spool_parameter)
{
	GIVEN("HTTP_BERTH_SPOOL_FILE=/etc/passwd");
	ck_assert(read_request());
	ck_assert(!request.spooled);
	ck_assert_ptr_null(request.spool_path);
	fake_release(&fake);
}
END_TEST

START_TEST(an_unwanted_body_is_drained_of_what_has_come)
{
	static char bytes[LIMIT_DRAIN * 2];

	GIVEN("X=");
	fake.body = (struct span){bytes, sizeof bytes};
	ck_assert(read_request());
	ck_assert(!http_body_drain(&request));
	ck_assert_uint_eq(fake.body.len, sizeof bytes - LIMIT_DRAIN);
	fake_release(&fake);

	GIVEN("X=");
	fake.body = SPAN_LIT("short");
	ck_assert(read_request());
	ck_assert(http_body_drain(&request));
	ck_assert_uint_eq(fake.body.len, 0);
	ck_assert_uint_eq(fake.reads, 0); /* reads may wait */
	fake_release(&fake);

	GIVEN("X=");
	fake.body = SPAN_LIT("short");
	fake.breaks = true;
	ck_assert(read_request());
	ck_assert(!http_body_drain(&request));
	fake_release(&fake);
}
END_TEST

START_TEST(a_slow_body_is_told_from_a_broken_one)
{
	static const struct {
		enum http_io_failure failure;
		enum error_code code;
		const char *retry_after;
	} rows[] = {{HTTP_IO_BROKEN, E_SIZE_INVALID, NULL},
		    {HTTP_IO_LATE, E_REQUEST_TIMEOUT, NULL},
		    {HTTP_IO_SHED, E_UNAVAILABLE, "5"}};
	struct span body;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		GIVEN("CONTENT_LENGTH=12");
		fake.body = SPAN_LIT("hello");
		fake.breaks = true;
		fake.failure = rows[i].failure;
		ck_assert(!read_all(&body, 100));
		ck_assert_int_eq(error_code(&fake.error), rows[i].code);
		ck_assert_pstr_eq(error_header_value(&fake.error, "Retry-After"), rows[i].retry_after);
		fake_release(&fake);
	}
}
END_TEST

TEST_FILE(message, methods_have_one_spelling, a_request_is_read, a_request_that_cannot_be_read_can_be_answered,
	  a_malformed_length_is_refused, repeated_headers_are_joined, a_body_comes_whole_however_it_is_cut,
	  bytes_behind_the_announced_end_are_not_the_bodys, a_body_that_ends_early_is_an_error_and_no_end,
	  a_body_of_unknown_length_that_breaks_off_is_an_error, a_body_of_no_bytes_is_empty,
	  a_body_past_the_limit_is_too_large, a_stream_counts_what_came, a_spooled_body_is_a_file_or_empty,
	  a_header_is_never_taken_for_the_spool_parameter, an_unwanted_body_is_drained_of_what_has_come,
	  a_slow_body_is_told_from_a_broken_one)
