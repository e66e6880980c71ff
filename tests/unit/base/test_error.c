/* SPDX-License-Identifier: MIT */
#include "berth/base/error.h"

#include "../../lib/test.h"

static struct arena arena;
static struct error error;

static void begin(void)
{
	arena_init(&arena, 1 << 20);
	error_init(&error, &arena);
}

START_TEST(the_first_failure_stays)
{
	begin();
	ck_assert(!error_is_set(&error));
	ck_assert_int_eq(error_code(&error), E_NONE);
	ck_assert(!error_set(&error, E_BLOB_UNKNOWN));
	ck_assert(!error_setf(&error, E_DENIED, "%s", "later"));
	ck_assert(!error_set_json(&error, E_UNSUPPORTED, "{}"));
	ck_assert(!error_unavailable(&error, 5));
	ck_assert_uint_eq(error.count, 1);
	ck_assert_int_eq(error_code(&error), E_BLOB_UNKNOWN);
	ck_assert_ptr_null(error.items[0].detail);
	ck_assert(!error_busy(&error, 5, "later"));
	ck_assert_ptr_null(error_header_value(&error, "Retry-After"));
	arena_release(&arena);
}
END_TEST

START_TEST(details_are_json)
{
	begin();
	error_setf(&error, E_NAME_INVALID, "no \"%s\"", "a\nb");
	ck_assert_str_eq(error.items[0].detail, "\"no \\\"a\\nb\\\"\"");
	arena_release(&arena);
	begin();
	error_set_json(&error, E_NAME_INVALID, "{\"a\":1}");
	ck_assert_str_eq(error.items[0].detail, "{\"a\":1}");
	arena_release(&arena);
}
END_TEST

static const char *message(void)
{
	return error_item_message(&error, &error.items[0]);
}

/* Docker, podman and skopeo print the message only. */
START_TEST(the_reason_stands_behind_the_message)
{
	char text[] = "sha256:1 is missing";

	begin();
	error_setf(&error, E_DENIED, "plugins are refused");
	ck_assert_str_eq(message(), "requested access to the resource is denied: plugins are refused");
	arena_release(&arena);
	begin();
	error_setf(&error, E_UNSUPPORTED, "%s", "The registry is read-only.");
	ck_assert_str_eq(message(), "The operation is unsupported. The registry is read-only.");
	arena_release(&arena);
	begin();
	error_set(&error, E_DENIED);
	ck_assert_str_eq(message(), error_message(E_DENIED));
	arena_release(&arena);
	begin();
	error_set_json(&error, E_UNSUPPORTED, "{\"a\":1}");
	ck_assert_str_eq(message(), error_message(E_UNSUPPORTED));
	arena_release(&arena);
	begin();
	error_add(&error, E_MANIFEST_BLOB_UNKNOWN, "sha256:1", text);
	memset(text, 'x', strlen(text));
	ck_assert_str_eq(message(), "blob unknown to registry: sha256:1 is missing");
	ck_assert_str_eq(error.items[0].detail, "\"sha256:1\"");
	arena_release(&arena);
}
END_TEST

/* Programs compare the message of these. */
START_TEST(a_bare_message_stays_as_it_is_unless_it_is_explained)
{
	begin();
	error_setf(&error, E_MANIFEST_UNKNOWN, "unknown tag=%s", "x");
	ck_assert_str_eq(message(), "manifest unknown");
	ck_assert_str_eq(error.items[0].detail, "\"unknown tag=x\"");
	arena_release(&arena);
	begin();
	error_explainf(&error, E_MANIFEST_UNKNOWN, "it is %s", "a list");
	ck_assert_str_eq(message(), "manifest unknown: it is a list");
	ck_assert_str_eq(error.items[0].detail, "\"it is a list\"");
	arena_release(&arena);
}
END_TEST

START_TEST(items_are_added_in_order)
{
	begin();
	for (int i = 0; i < 100; i++)
		error_add(&error, i % 2 ? E_MANIFEST_INVALID : E_MANIFEST_BLOB_UNKNOWN, arena_printf(&arena, "%d", i),
			  NULL);
	ck_assert_uint_eq(error.count, 100);
	ck_assert_int_eq(error_code(&error), E_MANIFEST_BLOB_UNKNOWN);
	ck_assert_str_eq(error.items[0].detail, "\"0\"");
	ck_assert_str_eq(error.items[99].detail, "\"99\"");
	ck_assert_int_eq(error.items[99].code, E_MANIFEST_INVALID);
	arena_release(&arena);
}
END_TEST

/* A person reads no more, and a response has a bound. */
START_TEST(the_reasons_of_many_items_end_at_the_hundredth)
{
	begin();
	for (int i = 0; i < 101; i++)
		error_add(&error, E_MANIFEST_BLOB_UNKNOWN, "sha256:1", NULL);
	ck_assert_str_eq(error_item_message(&error, &error.items[99]), "blob unknown to registry: sha256:1");
	ck_assert_str_eq(error_item_message(&error, &error.items[100]), "blob unknown to registry");
	ck_assert_str_eq(error.items[100].detail, "\"sha256:1\"");
	arena_release(&arena);
}
END_TEST

START_TEST(an_outage_carries_its_retry_after)
{
	begin();
	ck_assert(!error_unavailable(&error, 5));
	ck_assert_int_eq(error_code(&error), E_UNAVAILABLE);
	ck_assert_str_eq(error_header_value(&error, "Retry-After"), "5");
	arena_release(&arena);
}
END_TEST

START_TEST(a_header_stays_and_is_copied_with_the_error)
{
	struct error copy;
	char value[] = "one";

	begin();
	error_init(&copy, &arena);
	error_set(&error, E_UNAUTHORIZED);
	ck_assert(!error_header(&error, "WWW-Authenticate", value));
	value[0] = 'x';
	ck_assert(!error_header(&error, "WWW-Authenticate", "two"));
	ck_assert(!error_header(&error, "Allow", "GET"));
	ck_assert_str_eq(error_header_value(&error, "WWW-Authenticate"), "one");
	ck_assert(!error_copy(&copy, &error));
	ck_assert_int_eq(error_code(&copy), E_UNAUTHORIZED);
	ck_assert_str_eq(error_header_value(&copy, "Allow"), "GET");
	ck_assert_ptr_null(error_header_value(&copy, "Retry-After"));
	arena_release(&arena);
}
END_TEST

START_TEST(every_code_has_three_faces)
{
	static const enum error_code codes[] = {
#define ERR(code, status, form, message) E_##code,
#include "berth/base/error_table.def"
#undef ERR
	};

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
		ck_assert_uint_gt(strlen(error_name(codes[i])), 0);
		ck_assert_uint_gt(strlen(error_message(codes[i])), 0);
		ck_assert_int_ge(error_status(codes[i]), 400);
		ck_assert_int_lt(error_status(codes[i]), 600);
	}
	ck_assert_str_eq(error_name(E_BLOB_UPLOAD_UNKNOWN), "BLOB_UPLOAD_UNKNOWN");
	ck_assert_int_eq(error_status(E_BLOB_UPLOAD_UNKNOWN), 404);
}
END_TEST

TEST_FILE(error, the_first_failure_stays, details_are_json, the_reason_stands_behind_the_message,
	  a_bare_message_stays_as_it_is_unless_it_is_explained, items_are_added_in_order,
	  the_reasons_of_many_items_end_at_the_hundredth, an_outage_carries_its_retry_after,
	  a_header_stays_and_is_copied_with_the_error, every_code_has_three_faces)
