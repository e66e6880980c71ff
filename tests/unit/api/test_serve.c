/* SPDX-License-Identifier: MIT */
#include "berth/api/api.h"

#include <stdio.h>

#include "../../../src/api/call.h"
#include "../../lib/test.h"
#include "../http/fake_io.h"
#include "berth/auth/silly.h"
#include "berth/base/log.h"
#include "berth/base/uuid.h"

/* ---- a registry of three routes ---- */

static struct {
	enum who_kind kind;
	char actor[100], scheme[100], address[100], request[100];
} seen;

/* What the use cases and the database floor are told. */
static bool tell_who(struct call *call)
{
	const struct who *who = call->work.who;

	ck_assert_ptr_eq(who, call->work.meta.who);
	seen.kind = who->kind;
	(void)snprintf(seen.actor, sizeof seen.actor, "%s", who->actor);
	(void)snprintf(seen.scheme, sizeof seen.scheme, "%s", who->scheme);
	(void)snprintf(seen.address, sizeof seen.address, "%s", who->address);
	(void)snprintf(seen.request, sizeof seen.request, "%s", who->request);
	call_empty(call, 204);
	return true;
}

static bool fail_silently(struct call *call)
{
	(void)call;
	return false;
}

static bool fail_with_headers(struct call *call)
{
	(void)error_busy(&call->error, 7, "later");
	return error_header(&call->error, "Range", "0-9");
}

static const struct route routes[] = {
	{HTTP_GET, "/who", BODY_NONE},
	{HTTP_PUT, "/silent", BODY_NONE},
	{HTTP_GET, "/headers", BODY_NONE},
};
static const struct api_rule rules[] = {
	{ACTION_ANY, GUARD_NONE},
	{ACTION_NONE, GUARD_NONE},
	{ACTION_NONE, GUARD_WRITE},
};
static handler_fn *const handlers[] = {tell_who, fail_silently, fail_with_headers};
static const struct api_table table = {routes, rules, handlers, 3, true, 0};

static struct fake fake;
static struct api_settings settings;
static const struct db_settings nowhere;
static char logged[1000];

/* Serves one request. The database is never asked. */
static void serve(struct auth *auth)
{
	struct api api = {.settings = &settings, .tables = {&table}, .auth = auth};

	api.core.db = meta_db_new(&nowhere);
	ck_assert_ptr_nonnull(api.core.db);
	settings.base.prefix = "";
	settings.authenticated = auth != NULL;
	log_capture(logged, sizeof logged);
	api_serve(&api, &fake.io, &fake.arena);
	log_capture(NULL, 0);
	db_free(api.core.db);
	auth_free(auth);
}

#define SERVE(auth, ...)                  \
	do {                              \
		FAKE(&fake, __VA_ARGS__); \
		serve(auth);              \
	} while (0)
#define HEADER_IS(name, value) ck_assert_msg(span_is(fake_sent(&fake, name), value), "%s", fake.written)

/* ---- errors ---- */

START_TEST(a_handler_that_fails_without_an_error_is_a_500_that_the_log_names)
{
	SERVE(NULL, "REQUEST_METHOD=PUT", "REQUEST_URI=/silent", "REMOTE_ADDR=192.0.2.1");
	HEADER_IS("Status", "500 Internal Server Error");
	ck_assert_ptr_nonnull(strstr(fake.written, "\"code\":\"UNKNOWN\""));
	ck_assert_str_eq(logged, "api: route PUT /silent failed without an error");
	fake_release(&fake);
}
END_TEST

START_TEST(the_headers_of_an_error_are_sent)
{
	SERVE(NULL, "REQUEST_METHOD=GET", "REQUEST_URI=/headers");
	HEADER_IS("Status", "429 Too Many Requests");
	HEADER_IS("Retry-After", "7");
	HEADER_IS("Range", "0-9");
	fake_release(&fake);
	SERVE(NULL, "REQUEST_METHOD=DELETE", "REQUEST_URI=/who");
	HEADER_IS("Status", "405 Method Not Allowed");
	HEADER_IS("Allow", "GET, OPTIONS");
	fake_release(&fake);
	SERVE(silly_new("realm", "service"), "REQUEST_METHOD=GET", "REQUEST_URI=/who");
	HEADER_IS("Status", "401 Unauthorized");
	ck_assert_uint_gt(fake_sent(&fake, "WWW-Authenticate").len, 0);
	fake_release(&fake);
}
END_TEST

START_TEST(a_405_of_a_switched_off_method_names_the_others)
{
	settings.readonly = true;
	SERVE(NULL, "REQUEST_METHOD=GET", "REQUEST_URI=/headers");
	settings.readonly = false;
	HEADER_IS("Status", "405 Method Not Allowed");
	HEADER_IS("Allow", "OPTIONS");
	fake_release(&fake);
}
END_TEST

/* ---- who ---- */

START_TEST(use_cases_are_told_who_asks)
{
	SERVE(silly_new("realm", "service"), "REQUEST_METHOD=GET", "REQUEST_URI=/who", "HTTP_AUTHORIZATION=Bearer x",
	      "REMOTE_ADDR=192.0.2.1", "HTTP_X_REQUEST_ID=req-1.A_b");
	ck_assert_int_eq(seen.kind, WHO_USER);
	ck_assert_str_eq(seen.actor, "silly");
	ck_assert_str_eq(seen.scheme, "silly");
	ck_assert_str_eq(seen.address, "192.0.2.1");
	ck_assert_str_eq(seen.request, "req-1.A_b");
	fake_release(&fake);
}
END_TEST

START_TEST(without_authentication_a_caller_is_nobody)
{
	SERVE(NULL, "REQUEST_METHOD=GET", "REQUEST_URI=/who");
	ck_assert_int_eq(seen.kind, WHO_NOBODY);
	ck_assert_str_eq(seen.actor, "");
	ck_assert_str_eq(seen.scheme, "");
	ck_assert_str_eq(seen.address, "");
	fake_release(&fake);
}
END_TEST

START_TEST(an_id_that_no_proxy_makes_is_replaced)
{
	static const char *const ids[] = {
		"HTTP_ACCEPT=a/b", /* none is given */
		"HTTP_X_REQUEST_ID=",
		"HTTP_X_REQUEST_ID=a b",
		"HTTP_X_REQUEST_ID=a\nlevel=error",
		"HTTP_X_REQUEST_ID=a\"b",
		"HTTP_X_REQUEST_ID=12345678901234567890123456789012345678901234567890123456789012345",
	};

	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		SERVE(NULL, "REQUEST_METHOD=GET", "REQUEST_URI=/who", ids[i]);
		ck_assert_msg(uuid_valid(span_of(seen.request)), "%s", seen.request);
		fake_release(&fake);
	}
}
END_TEST

TEST_FILE(serve, a_handler_that_fails_without_an_error_is_a_500_that_the_log_names, the_headers_of_an_error_are_sent,
	  a_405_of_a_switched_off_method_names_the_others, use_cases_are_told_who_asks,
	  without_authentication_a_caller_is_nobody, an_id_that_no_proxy_makes_is_replaced)
