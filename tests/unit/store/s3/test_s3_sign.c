/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/s3/s3_sign_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "berth/base/hash.h"
#include "berth/base/timetext.h"

#define MEMORY ((size_t)1 << 20)
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

static struct s3_signer suite(struct arena *arena)
{
	return (struct s3_signer){
		.access_key = "AKIDEXAMPLE",
		.region = "us-east-1",
		.service = "service",
		.secret_key = secret_new(arena, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
		.now = 1440938160,
	};
}

static struct s3_signer examples(struct arena *arena)
{
	return (struct s3_signer){
		.access_key = "AKIAIOSFODNN7EXAMPLE",
		.region = "us-east-1",
		.service = "s3",
		.secret_key = secret_new(arena, SECRET),
		.now = 1369353600,
	};
}

/* "Name: value|Name: value" into fields; the body is told apart. */
static size_t read_fields(struct http_field *fields, struct span text, struct span *body, struct arena *arena)
{
	struct span part;
	size_t count = 0;

	*body = SPAN_LIT("");
	while (text.len > 0 && span_split(&text, '|', &part)) {
		struct span name;

		span_split(&part, ':', &name);
		if (span_is(name, "body")) {
			*body = span_after(part, 1);
			continue;
		}
		fields[count++] = (struct http_field){arena_span(arena, name), arena_span(arena, part)};
	}
	return count;
}

START_TEST(signatures_are_the_published_ones)
{
	struct arena arena;

	arena_init(&arena, MEMORY);
	TABLE_EACH("s3/signatures", 4, cells)
	{
		struct s3_signer signer = span_is(cells[0], "s3") ? examples(&arena) : suite(&arena);
		struct http_field fields[8];
		struct span rest = cells[1], method, body;
		size_t count = read_fields(fields, cells[2], &body, &arena);
		char date[TIMETEXT_MAX], hash[HASH_HEX_MAX], *got;
		struct s3_signed request = {.fields = fields, .payload = hash_hex(hash, HASH_SHA256, body)};

		fields[count++] = (struct http_field){"X-Amz-Date", timetext_basic(date, signer.now)};
		span_split(&rest, ' ', &method);
		request.method = arena_span(&arena, method);
		request.url = arena_span(&arena, rest);
		request.field_count = count;
		got = s3_sign_header(&signer, &request, &arena);
		ck_assert_ptr_nonnull(strstr(got, "SignedHeaders"));
		table_expect(&table, strstr(got, "SignedHeaders"), cells[3]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_header_names_key_and_scope)
{
	struct arena arena;
	struct s3_signer signer;
	struct s3_signed request = {.method = "GET", .url = "https://h/", .payload = S3_UNSIGNED};

	arena_init(&arena, MEMORY);
	signer = examples(&arena);
	ck_assert(span_starts(span_of(s3_sign_header(&signer, &request, &arena)),
			      "AWS4-HMAC-SHA256 "
			      "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host, "
			      "Signature="));
	arena_release(&arena);
}
END_TEST

/* "Authenticating Requests: Using Query Parameters" (Amazon S3 API Reference). */
START_TEST(a_presigned_url_is_the_published_one)
{
	struct arena arena;
	struct s3_signer signer;

	arena_init(&arena, MEMORY);
	signer = examples(&arena);
	ck_assert_str_eq(
		s3_sign_url(&signer, "GET", "https://examplebucket.s3.amazonaws.com/test.txt", 86400, &arena),
		"https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential="
		"AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires="
		"86400&X-Amz-SignedHeaders=host&X-Amz-Signature="
		"aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
	arena_release(&arena);
}
END_TEST

START_TEST(a_session_token_is_part_of_a_presigned_url)
{
	struct arena arena;
	struct s3_signer signer;
	const char *with, *without;

	arena_init(&arena, MEMORY);
	signer = examples(&arena);
	without = s3_sign_url(&signer, "GET", "https://h/k", 60, &arena);
	signer.token = secret_new(&arena, "a/b+c=");
	with = s3_sign_url(&signer, "GET", "https://h/k", 60, &arena);
	ck_assert_ptr_nonnull(strstr(with, "&X-Amz-Security-Token=a%2Fb%2Bc%3D&"));
	ck_assert_str_ne(strstr(with, "&X-Amz-Signature="), strstr(without, "&X-Amz-Signature="));
	arena_release(&arena);
}
END_TEST

TEST_FILE(s3_sign, signatures_are_the_published_ones, a_header_names_key_and_scope, a_presigned_url_is_the_published_one,
	  a_session_token_is_part_of_a_presigned_url)
