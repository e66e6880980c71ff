/* SPDX-License-Identifier: MIT */
#include "berth/http/client.h"

#include <fcntl.h>
#include <time.h>

#include "../../lib/test.h"
#include "loopback.h"

#define OK_TEXT "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nETag: \"first\"\r\netag:  \"last\" \r\n\r\nok"
#define BUSY_TEXT "HTTP/1.1 503 Slow Down\r\nContent-Length: 4\r\n\r\nbusy"
#define CUT_TEXT "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"

static const struct loopback_answer ok = {OK_TEXT, AFTER_KEEP};
static struct loopback server;
static struct http_client *client;
static struct arena arena;

static void begin_with(const struct http_client_settings *settings, const struct loopback_answer *script, size_t count)
{
	arena_init(&arena, 8 << 20);
	server = loopback_start(script, count);
	client = http_client_new(settings);
	ck_assert_ptr_nonnull(client);
}

#define BEGIN(...)                                                                            \
	static const struct loopback_answer script[] = {__VA_ARGS__};                         \
	begin_with(&(struct http_client_settings){.retry_delay_ms = 2, .retries = 3}, script, \
		   sizeof script / sizeof *script)

static void end(void)
{
	http_client_free(client);
	loopback_stop(&server);
	arena_release(&arena);
}

static struct http_exchange exchange(const char *method, const char *target)
{
	return (struct http_exchange){
		.method = method,
		.repeatable = true,
		.url = arena_printf(&arena, "http://127.0.0.1:%d%s", server.port, target),
	};
}

static int64_t milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A file without a name that holds `text`. */
static int file_with(const char *text)
{
	int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return fd;
}

START_TEST(a_request_goes_out_as_it_was_made)
{
	const char *seen;
	struct http_exchange x;

	BEGIN(ok);
	x = exchange("PUT", "/bucket/a%2Fb/../c?x=1&y");
	http_exchange_set(&x, "X-Test", "one");
	http_exchange_set(&x, "x-test", "two");
	http_exchange_set(&x, "X-Empty", "");
	ck_assert_str_eq(http_exchange_get(&x, "X-TEST"), "two");
	x.body = http_body_bytes(SPAN_LIT("hello"));
	ck_assert(http_client_run(client, &x, &arena));
	seen = server.record->seen[0].text;
	ck_assert_ptr_eq(strstr(seen, "PUT /bucket/a%2Fb/../c?x=1&y HTTP/1.1\r\n"), seen);
	ck_assert_ptr_nonnull(strstr(seen, "\r\nContent-Length: 5\r\n"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\nX-Test: two\r\n"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\nX-Empty:\r\n"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\nUser-Agent: berth/"));
	ck_assert_ptr_nonnull(strstr(seen, "\r\n\r\nhello"));
	ck_assert_ptr_null(strstr(seen, "Expect"));
	ck_assert_ptr_null(strstr(seen, "Transfer-Encoding"));
	ck_assert_int_eq(x.status, 200);
	ck_assert_uint_eq(x.attempts, 1);
	ck_assert_ptr_null(x.failure);
	ck_assert_str_eq(x.answer.ptr, "ok");
	ck_assert(span_is(http_exchange_header(&x, "ETag"), "\"last\""));
	ck_assert_uint_eq(http_exchange_header(&x, "absent").len, 0);
	end();
}
END_TEST

START_TEST(each_method_says_how_long_its_body_is)
{
	struct http_exchange x;

	BEGIN({"HTTP/1.1 204 No Content\r\n\r\n", AFTER_KEEP});
	x = exchange("POST", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(server.record->seen[0].text, "\r\nContent-Length: 0\r\n"));
	ck_assert_ptr_null(strstr(server.record->seen[0].text, "Content-Type"));
	x = exchange("DELETE", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_ptr_eq(strstr(server.record->seen[1].text, "DELETE / "), server.record->seen[1].text);
	ck_assert_ptr_null(strstr(server.record->seen[1].text, "Content-Length"));
	end();
}
END_TEST

START_TEST(an_answer_to_head_has_no_body)
{
	struct http_exchange x;

	BEGIN({"HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n", AFTER_KEEP}, ok);
	x = exchange("HEAD", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert(span_is(http_exchange_header(&x, "content-length"), "12345"));
	ck_assert_uint_eq(x.answer.len, 0);
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_uint_eq(server.record->connections, 1);
	end();
}
END_TEST

START_TEST(a_file_is_sent_from_its_offset)
{
	struct http_exchange x;
	int fd = file_with("0123456789");

	BEGIN({BUSY_TEXT, AFTER_KEEP}, ok);
	x = exchange("PUT", "/");
	x.body = (struct http_client_body){.fd = fd, .offset = 3, .length = 4};
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_uint_eq(server.record->count, 2);
	ck_assert_ptr_nonnull(strstr(server.record->seen[0].text, "\r\n\r\n3456"));
	ck_assert_str_eq(strstr(server.record->seen[1].text, "\r\n\r\n"), "\r\n\r\n3456");
	close(fd);
	end();
}
END_TEST

START_TEST(a_file_that_got_shorter_is_a_failure)
{
	struct http_exchange x;
	int fd = file_with("0123456789");

	BEGIN(ok);
	x = exchange("PUT", "/");
	x.body = (struct http_client_body){.fd = fd, .offset = 3, .length = 40};
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(x.failure, "shorter"));
	ck_assert_uint_eq(x.attempts, 1);
	ck_assert_uint_eq(server.record->count, 0);
	close(fd);
	end();
}
END_TEST

START_TEST(connections_are_used_again)
{
	BEGIN(ok);
	for (int i = 0; i < 5; i++) {
		struct http_exchange x = exchange("GET", "/");

		ck_assert(http_client_run(client, &x, &arena));
	}
	ck_assert_uint_eq(server.record->count, 5);
	ck_assert_uint_eq(server.record->connections, 1);
	end();
}
END_TEST

START_TEST(a_kept_connection_that_died_costs_nothing)
{
	BEGIN({OK_TEXT, AFTER_CLOSE}, ok);
	for (int i = 0; i < 3; i++) {
		struct http_exchange x = exchange("PUT", "/");

		x.body = http_body_bytes(SPAN_LIT("hello"));
		ck_assert(http_client_run(client, &x, &arena));
	}
	ck_assert_uint_eq(server.record->count, 3);
	end();
}
END_TEST

struct prepared {
	unsigned calls;
	size_t fields;
};

static bool prepare(struct http_exchange *x, void *context, struct arena *memory)
{
	struct prepared *prepared = context;

	prepared->calls++;
	prepared->fields = x->field_count;
	http_exchange_set(x, "X-Fresh", arena_printf(memory, "%u", prepared->calls));
	x->url = arena_printf(memory, "%s?attempt=%u", x->url, prepared->calls);
	return true;
}

START_TEST(a_busy_service_is_asked_again_with_a_fresh_request)
{
	struct prepared prepared = {0, 0};
	struct http_exchange x;

	BEGIN({BUSY_TEXT, AFTER_KEEP}, {"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP},
	      {"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", AFTER_RESET}, ok);
	x = exchange("POST", "/a");
	x.prepare = prepare;
	x.context = &prepared;
	http_exchange_set(&x, "X-Mine", "1");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 200);
	ck_assert_str_eq(x.answer.ptr, "ok");
	ck_assert_uint_eq(x.attempts, 4);
	ck_assert_uint_eq(prepared.calls, 4);
	ck_assert_uint_eq(prepared.fields, 1);
	ck_assert_ptr_nonnull(strstr(server.record->seen[3].text, "POST /a?attempt=4 "));
	ck_assert_ptr_nonnull(strstr(server.record->seen[3].text, "X-Fresh: 4"));
	ck_assert_ptr_nonnull(strstr(server.record->seen[3].text, "X-Mine: 1"));
	end();
}
END_TEST

START_TEST(attempts_are_counted_and_the_last_answer_is_given)
{
	struct http_exchange x;

	BEGIN({BUSY_TEXT, AFTER_KEEP});
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 503);
	ck_assert_str_eq(x.answer.ptr, "busy");
	ck_assert_uint_eq(x.attempts, 4);
	ck_assert_uint_eq(server.record->count, 4);
	end();
}
END_TEST

START_TEST(what_is_not_repeatable_is_not_repeated)
{
	struct http_exchange x;

	BEGIN({BUSY_TEXT, AFTER_KEEP}, {CUT_TEXT, AFTER_CLOSE}, ok);
	x = exchange("POST", "/");
	x.repeatable = false;
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 503);
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 0);
	ck_assert_ptr_nonnull(x.failure);
	ck_assert_uint_eq(server.record->count, 2);
	end();
}
END_TEST

START_TEST(other_answers_are_final)
{
	struct http_exchange x;

	BEGIN({"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP},
	      {"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP},
	      {"HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP});
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 301);
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 403);
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 501);
	ck_assert_uint_eq(server.record->count, 3);
	end();
}
END_TEST

START_TEST(retry_after_is_respected)
{
	struct http_exchange x;
	int64_t begun = milliseconds();

	BEGIN({"HTTP/1.1 503 Slow Down\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n", AFTER_KEEP}, ok);
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 200);
	ck_assert_int_ge(milliseconds() - begun, 1000);
	end();
}
END_TEST

START_TEST(a_cut_answer_is_fetched_again)
{
	struct http_exchange x;

	BEGIN({CUT_TEXT, AFTER_CLOSE}, {CUT_TEXT, AFTER_RESET}, {"", AFTER_CLOSE}, ok);
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_str_eq(x.answer.ptr, "ok");
	ck_assert_uint_eq(server.record->count, 4);
	end();
}
END_TEST

START_TEST(a_cut_answer_is_a_failure_in_the_end)
{
	struct http_exchange x;

	BEGIN({CUT_TEXT, AFTER_CLOSE});
	x = exchange("GET", "/");
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 0);
	ck_assert_uint_eq(x.attempts, 4);
	ck_assert_ptr_nonnull(strstr(x.failure, "http://127.0.0.1:"));
	end();
}
END_TEST

START_TEST(nobody_there_is_a_failure_that_names_no_query)
{
	struct http_exchange x;

	BEGIN(ok);
	loopback_stop(&server);
	x = exchange("GET", "/path?signature=secret");
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_uint_eq(x.attempts, 4);
	ck_assert_ptr_nonnull(strstr(x.failure, "http://127.0.0.1:"));
	ck_assert_ptr_null(strstr(x.failure, "secret"));
	http_client_free(client);
	arena_release(&arena);
}
END_TEST

START_TEST(an_answer_beyond_the_limit_is_a_failure)
{
	struct http_exchange x;

	BEGIN({CUT_TEXT "world", AFTER_KEEP});
	x = exchange("GET", "/");
	x.keep = 10;
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_str_eq(x.answer.ptr, "helloworld");
	x.keep = 9;
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(x.failure, "too large"));
	ck_assert_uint_eq(x.attempts, 1);
	end();
}
END_TEST

START_TEST(nothing_is_smuggled_into_a_request)
{
	static const struct {
		const char *method, *suffix, *name, *value;
	} faults[] = {
		{"GET", "/", "X-A", "b\r\nX-B: c"}, {"GET", "/", "X-A", "b\nX-B"},
		{"GET", "/", "X-A", "\x7f"},        {"GET", "/", "X-A: b\r\nX-B", "c"},
		{"GET", "/", "X A", "b"},           {"GET", "/", "", "b"},
		{"GET", "/a b", "X-A", "b"},        {"GET", "/\r\nHost: x", "X-A", "b"},
		{"GET /x", "/", "X-A", "b"},        {"", "/", "X-A", "b"},
	};

	BEGIN(ok);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		struct http_exchange x = exchange(faults[i].method, faults[i].suffix);

		http_exchange_set(&x, faults[i].name, faults[i].value);
		ck_assert_msg(!http_client_run(client, &x, &arena), "fault %zu", i);
		ck_assert_ptr_nonnull(strstr(x.failure, "malformed"));
	}
	ck_assert_uint_eq(server.record->connections, 0);
	end();
}
END_TEST

START_TEST(more_fields_than_fit_are_refused)
{
	struct http_exchange x;

	BEGIN(ok);
	x = exchange("GET", "/");
	for (int i = 0; i <= HTTP_EXCHANGE_FIELDS; i++)
		http_exchange_set(&x, arena_printf(&arena, "X-%d", i), "");
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_uint_eq(server.record->count, 0);
	end();
}
END_TEST

START_TEST(only_http_is_spoken_and_no_user_is_taken_from_a_url)
{
	static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:1/x",
					   "http://user:secret@127.0.0.1:1/"};

	BEGIN(ok);
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct http_exchange x = {.method = "GET", .url = urls[i], .repeatable = true};

		ck_assert_msg(!http_client_run(client, &x, &arena), "%s", urls[i]);
		ck_assert_uint_eq(x.attempts, 1);
	}
	end();
}
END_TEST

START_TEST(proxies_of_the_environment_are_not_used)
{
	struct http_exchange x;

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	BEGIN(ok);
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_int_eq(x.status, 200);
	end();
}
END_TEST

struct sunk {
	char text[64];
	size_t len;
	size_t stop_at;
};

static bool sink(void *context, const void *bytes, size_t len)
{
	struct sunk *sunk = context;

	ck_assert_uint_le(sunk->len + len, sizeof sunk->text);
	memcpy(sunk->text + sunk->len, bytes, len);
	sunk->len += len;
	return sunk->len < sunk->stop_at;
}

static struct http_exchange sinking(struct sunk *sunk)
{
	struct http_exchange x = exchange("GET", "/");

	x.sink = sink;
	x.sink_context = sunk;
	return x;
}

START_TEST(a_good_answer_is_sunk_and_an_error_is_kept)
{
	struct sunk sunk = {.stop_at = 100};
	struct http_exchange x;

	BEGIN({BUSY_TEXT, AFTER_KEEP}, {CUT_TEXT "world", AFTER_KEEP},
	      {"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone", AFTER_KEEP});
	x = sinking(&sunk);
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_uint_eq(x.sunk, 10);
	ck_assert_uint_eq(x.answer.len, 0);
	ck_assert_mem_eq(sunk.text, "helloworld", 10);
	x = sinking(&sunk);
	ck_assert(http_client_run(client, &x, &arena));
	ck_assert_uint_eq(x.sunk, 0);
	ck_assert_str_eq(x.answer.ptr, "gone");
	end();
}
END_TEST

START_TEST(what_was_sunk_in_part_is_not_repeated)
{
	struct sunk sunk = {.stop_at = 100};
	struct http_exchange x;

	BEGIN({CUT_TEXT, AFTER_CLOSE}, {CUT_TEXT, AFTER_HANG}, ok);
	x = sinking(&sunk);
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_uint_eq(x.sunk, 5);
	ck_assert_uint_eq(x.attempts, 1);
	sunk = (struct sunk){.stop_at = 3};
	x = sinking(&sunk);
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(x.failure, "receiver"));
	ck_assert_uint_eq(server.record->count, 2);
	end();
}
END_TEST

START_TEST(a_silent_service_is_left)
{
	static const struct loopback_answer script[] = {{"", AFTER_HANG}, {CUT_TEXT, AFTER_HANG}, {OK_TEXT, AFTER_KEEP}};
	struct http_exchange x;
	int64_t begun = milliseconds();

	begin_with(&(struct http_client_settings){.answer_timeout_ms = 150, .retry_delay_ms = 1, .retries = 1}, script, 3);
	x = exchange("GET", "/");
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_uint_eq(x.attempts, 2);
	ck_assert_ptr_nonnull(strstr(x.failure, "too long"));
	ck_assert_int_ge(milliseconds() - begun, 300);
	ck_assert(http_client_run(client, &x, &arena));
	end();
}
END_TEST

START_TEST(a_service_that_drips_is_left)
{
	static const struct loopback_answer script[] = {{"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", AFTER_DRIP}};
	int64_t begun = milliseconds();
	struct http_exchange x;

	begin_with(&(struct http_client_settings){.answer_timeout_ms = 200, .retries = HTTP_CLIENT_NO_RETRIES}, script, 1);
	x = exchange("GET", "/");
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(x.failure, "too long"));
	ck_assert_int_ge(milliseconds() - begun, 200);
	end();
}
END_TEST

static bool sink_slowly(void *context, const void *bytes, size_t len)
{
	struct sunk *sunk = context;

	if (sunk->len == 0)
		(void)usleep(1500000);
	return sink(context, bytes, len);
}

START_TEST(the_time_of_a_slow_receiver_is_not_the_services)
{
	static const struct loopback_answer script[] = {{CUT_TEXT, AFTER_DRIP}};
	struct sunk sunk = {.stop_at = 100};
	struct http_exchange x;

	begin_with(&(struct http_client_settings){.answer_timeout_ms = 1000, .retries = HTTP_CLIENT_NO_RETRIES}, script, 1);
	x = sinking(&sunk);
	x.sink = sink_slowly;
	ck_assert_msg(http_client_run(client, &x, &arena), "%s", x.failure);
	ck_assert_mem_eq(sunk.text, "helloxxxxx", 10);
	end();
}
END_TEST

START_TEST(several_run_at_once)
{
	struct http_exchange list[20];
	bool used[64] = {false};
	unsigned distinct = 0;

	BEGIN(ok);
	for (size_t i = 0; i < 20; i++)
		list[i] = exchange("GET", arena_printf(&arena, "/%zu", i));
	ck_assert(http_client_run_all(client, list, 20, 3, &arena));
	for (size_t i = 0; i < 20; i++) {
		unsigned connection = server.record->seen[i].connection;

		ck_assert_int_eq(list[i].status, 200);
		distinct += !used[connection];
		used[connection] = true;
	}
	ck_assert_uint_eq(server.record->count, 20);
	ck_assert_uint_ge(distinct, 2);
	ck_assert_uint_le(distinct, 3);
	end();
}
END_TEST

START_TEST(after_a_failure_nothing_new_is_begun)
{
	struct http_exchange list[3];

	BEGIN(ok, {CUT_TEXT, AFTER_CLOSE});
	for (size_t i = 0; i < 3; i++)
		list[i] = exchange("GET", "/");
	ck_assert(!http_client_run_all(client, list, 3, 1, &arena));
	ck_assert_int_eq(list[0].status, 200);
	ck_assert_uint_eq(list[1].attempts, 4);
	ck_assert_uint_eq(list[2].attempts, 0);
	ck_assert_ptr_nonnull(strstr(list[2].failure, "not tried"));
	end();
}
END_TEST

START_TEST(requests_per_second_are_bounded)
{
	static const struct loopback_answer script[] = {{OK_TEXT, AFTER_KEEP}};
	struct http_exchange list[6];
	int64_t begun = milliseconds();

	begin_with(&(struct http_client_settings){.requests_per_second = 20}, script, 1);
	for (size_t i = 0; i < 6; i++)
		list[i] = exchange("GET", "/");
	ck_assert(http_client_run_all(client, list, 6, 4, &arena));
	ck_assert_int_ge(milliseconds() - begun, 240);
	end();
}
END_TEST

/* Fetches a token on the same client, as services do whose token has run out. */
static bool prepare_with_token(struct http_exchange *x, void *context, struct arena *memory)
{
	struct http_exchange token = exchange("GET", "/token");

	(void)context;
	if (!http_client_run(client, &token, memory))
		return false;
	http_exchange_set(x, "Authorization", token.answer.ptr);
	return true;
}

START_TEST(a_prepare_may_run_an_exchange_of_its_own)
{
	struct http_exchange list[6];
	unsigned authorised = 0;

	BEGIN(ok);
	for (size_t i = 0; i < 6; i++) {
		list[i] = exchange("GET", "/x");
		list[i].prepare = prepare_with_token;
	}
	ck_assert(http_client_run_all(client, list, 6, 3, &arena));
	ck_assert_uint_eq(server.record->count, 12);
	for (size_t i = 0; i < 12; i++)
		authorised += strstr(server.record->seen[i].text, "\r\nAuthorization: ok\r\n") != NULL;
	ck_assert_uint_eq(authorised, 6);
	end();
}
END_TEST

static bool prepare_nothing(struct http_exchange *x, void *context, struct arena *memory)
{
	(void)x, (void)context, (void)memory;
	return false;
}

static bool prepare_too_much(struct http_exchange *x, void *context, struct arena *memory)
{
	(void)x, (void)context;
	return arena_alloc(memory, memory->ceiling + 1) != NULL;
}

START_TEST(a_prepare_that_fails_ends_the_exchange)
{
	struct http_exchange x;

	BEGIN(ok);
	x = exchange("GET", "/");
	x.prepare = prepare_nothing;
	ck_assert(!http_client_run(client, &x, &arena));
	ck_assert_ptr_nonnull(strstr(x.failure, "prepared"));
	ck_assert_uint_eq(server.record->count, 0);
	end();
}
END_TEST

START_TEST(an_arenas_jump_leaves_the_client_whole)
{
	struct http_exchange list[2], x;
	volatile bool jumped = false;

	BEGIN(ok);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		list[0] = exchange("GET", "/");
		list[1] = exchange("GET", "/");
		list[1].prepare = prepare_too_much;
		(void)http_client_run_all(client, list, 2, 2, &arena);
	} else {
		jumped = true;
	}
	ck_assert(jumped);
	arena_clear(&arena);
	x = exchange("GET", "/");
	ck_assert(http_client_run(client, &x, &arena));
	end();
}
END_TEST

START_TEST(a_tests_time_stands_still)
{
	ck_assert_int_ge(http_client_now(), 1700000000);
	http_client_set_now(1369353600);
	ck_assert_int_eq(http_client_now(), 1369353600);
	http_client_set_now(0);
	ck_assert_int_ge(http_client_now(), 1700000000);
}
END_TEST

TEST_FILE(client, a_request_goes_out_as_it_was_made, each_method_says_how_long_its_body_is, an_answer_to_head_has_no_body,
	  a_file_is_sent_from_its_offset, a_file_that_got_shorter_is_a_failure, connections_are_used_again,
	  a_kept_connection_that_died_costs_nothing, a_busy_service_is_asked_again_with_a_fresh_request,
	  attempts_are_counted_and_the_last_answer_is_given, what_is_not_repeatable_is_not_repeated,
	  other_answers_are_final, retry_after_is_respected, a_cut_answer_is_fetched_again,
	  a_cut_answer_is_a_failure_in_the_end, nobody_there_is_a_failure_that_names_no_query,
	  an_answer_beyond_the_limit_is_a_failure, nothing_is_smuggled_into_a_request, more_fields_than_fit_are_refused,
	  only_http_is_spoken_and_no_user_is_taken_from_a_url, proxies_of_the_environment_are_not_used,
	  a_good_answer_is_sunk_and_an_error_is_kept, what_was_sunk_in_part_is_not_repeated, a_silent_service_is_left,
	  a_service_that_drips_is_left, the_time_of_a_slow_receiver_is_not_the_services, several_run_at_once,
	  after_a_failure_nothing_new_is_begun, requests_per_second_are_bounded, a_prepare_may_run_an_exchange_of_its_own,
	  a_prepare_that_fails_ends_the_exchange, an_arenas_jump_leaves_the_client_whole, a_tests_time_stands_still)
