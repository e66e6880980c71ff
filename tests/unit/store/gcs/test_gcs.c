/* SPDX-License-Identifier: MIT */
/* Credentials of Google's key files, the assertions and the V4 signatures that are made with them. */
#include <json.h>
#include <string.h>

#include "../../../../src/store/gcs/gcs_account_priv.h"
#include "../../../../src/store/gcs/gcs_sign_priv.h"
#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "berth/base/base64.h"
#include "berth/base/strbuf.h"

#define MEMORY ((size_t)16 << 20)
#define TOKEN_URI "https://oauth2.googleapis.com/token"
#define EMAIL "test-iam-credentials@dummy-project-id.iam.gserviceaccount.com"

struct lab {
	struct arena arena;
	struct gcs_account account;
	char reason[256];
};

static char *read_key_file(struct arena *arena)
{
	char *text = arena_alloc(arena, 8192);
	FILE *file = fopen(TABLES_DIR "/gcs_v4_key.pem", "r");
	size_t len;

	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, 8191, file);
	fclose(file);
	ck_assert_uint_gt(len, 1000);
	return text;
}

static void open_lab(struct lab *lab)
{
	struct gcs_credentials given = {.keyfile = "",
					.key = {.client_email = EMAIL,
						.private_key_id = "k1",
						.token_uri = TOKEN_URI,
						.universe_domain = "googleapis.com"}};

	arena_init(&lab->arena, MEMORY);
	given.key.private_key = secret_new(&lab->arena, read_key_file(&lab->arena));
	ck_assert_msg(gcs_account_open(&lab->account, &given, &lab->arena, lab->reason, sizeof lab->reason), "%s",
		      lab->reason);
	ck_assert_int_eq(lab->account.kind, GCS_SERVICE_ACCOUNT);
}

static void close_lab(struct lab *lab)
{
	gcs_account_close(&lab->account);
	arena_release(&lab->arena);
}

/* ---- V4 signatures ---- */

static struct gcs_v4 v4_of(struct span line, struct arena *arena)
{
	struct span rest = line, cell[5];
	uint64_t now, seconds;

	for (size_t i = 0; i < 5; i++)
		ck_assert(span_split(&rest, ' ', &cell[i]));
	ck_assert(span_to_u64(cell[3], &now) && span_to_u64(cell[4], &seconds));
	return (struct gcs_v4){
		.method = arena_span(arena, cell[0]),
		.endpoint = arena_span(arena, cell[1]),
		.path = arena_span(arena, cell[2]),
		.email = EMAIL,
		.now = (int64_t)now,
		.seconds = (unsigned)seconds,
	};
}

START_TEST(urls_are_signed_as_googles_tests_have_it)
{
	struct lab lab;

	open_lab(&lab);
	TABLE_EACH("gcs_v4", 3, cells)
	{
		struct gcs_v4 v4 = v4_of(cells[0], &lab.arena);
		const char *to_sign, *url = gcs_v4_url(&v4, &to_sign, &lab.arena), *all;
		struct span signature;

		table_expect(&table, strrchr(to_sign, '\n') + 1, cells[1]);
		ck_assert(gcs_account_sign(&lab.account, span_of(to_sign), &signature, &lab.arena));
		all = gcs_v4_signed(url, signature, &lab.arena);
		table_expect(&table, strstr(all, "&X-Goog-Signature=") + strlen("&X-Goog-Signature="), cells[2]);
		ck_assert(strncmp(all, v4.endpoint, strlen(v4.endpoint)) == 0);
		ck_assert(strncmp(all + strlen(v4.endpoint), v4.path, strlen(v4.path)) == 0);
	}
	close_lab(&lab);
}
END_TEST

START_TEST(a_signed_url_names_account_scope_time_and_life)
{
	struct arena arena;
	const struct gcs_v4 v4 = {"GET", "http://127.0.0.1:9000/gcs", "/b/a%20b", "a@b.c", 1549011600, 1200};
	const char *to_sign;

	arena_init(&arena, MEMORY);
	ck_assert_str_eq(gcs_v4_url(&v4, &to_sign, &arena),
			 "http://127.0.0.1:9000/gcs/b/a%20b?X-Goog-Algorithm=GOOG4-RSA-SHA256"
			 "&X-Goog-Credential=a%40b.c%2F20190201%2Fauto%2Fstorage%2Fgoog4_request"
			 "&X-Goog-Date=20190201T090000Z&X-Goog-Expires=1200&X-Goog-SignedHeaders=host");
	ck_assert(strncmp(to_sign, "GOOG4-RSA-SHA256\n20190201T090000Z\n20190201/auto/storage/goog4_request\n", 70) == 0);
	arena_release(&arena);
}
END_TEST

/* ---- assertions ---- */

static struct json_object *part_of(struct span part, struct arena *arena)
{
	struct json_object *object;
	struct span json;

	ck_assert(base64url_decode(&json, arena, part));
	object = json_tokener_parse(json.ptr);
	ck_assert(object && json_object_is_type(object, json_type_object));
	return object;
}

static bool verifies(EVP_PKEY *key, struct span text, struct span signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
		  EVP_DigestVerify(context, (const unsigned char *)signature.ptr, signature.len,
				   (const unsigned char *)text.ptr, text.len) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}

static void expect_member(struct json_object *object, const char *name, const char *value)
{
	struct json_object *member = NULL;

	ck_assert_msg(json_object_object_get_ex(object, name, &member), "%s is missing", name);
	ck_assert_str_eq(json_object_get_string(member), value);
}

START_TEST(an_assertion_is_a_jwt_that_openssl_verifies)
{
	struct lab lab;
	struct span rest, part[3], signature, text;
	struct json_object *head, *claims;
	const char *jwt;

	open_lab(&lab);
	jwt = gcs_account_assertion(&lab.account, "some-scope", 1700000000, &lab.arena);
	ck_assert_ptr_nonnull(jwt);
	rest = span_of(jwt);
	for (size_t i = 0; i < 3; i++)
		ck_assert(span_split(&rest, '.', &part[i]));
	ck_assert_ptr_null(rest.ptr);
	text = (struct span){jwt, part[0].len + 1 + part[1].len};
	ck_assert(base64url_decode(&signature, &lab.arena, part[2]));
	ck_assert(verifies(lab.account.key, text, signature));
	ck_assert(!verifies(lab.account.key, (struct span){jwt, text.len - 1}, signature));
	head = part_of(part[0], &lab.arena);
	claims = part_of(part[1], &lab.arena);
	expect_member(head, "alg", "RS256");
	expect_member(head, "typ", "JWT");
	expect_member(head, "kid", "k1");
	expect_member(claims, "iss", EMAIL);
	expect_member(claims, "aud", "https://oauth2.googleapis.com/token");
	expect_member(claims, "scope", "some-scope");
	expect_member(claims, "iat", "1699999990");
	expect_member(claims, "exp", "1700003590");
	json_object_put(head);
	json_object_put(claims);
	close_lab(&lab);
}
END_TEST

/* ---- credentials ---- */

START_TEST(a_key_with_its_line_feeds_written_out_is_read)
{
	struct lab lab;
	struct gcs_credentials given = {.keyfile = "",
					.key = {.client_email = EMAIL,
						.private_key_id = "",
						.token_uri = TOKEN_URI,
						.universe_domain = "googleapis.com"}};
	struct strbuf pem;

	arena_init(&lab.arena, MEMORY);
	strbuf_init(&pem, &lab.arena, 8192);
	for (const char *at = read_key_file(&lab.arena); *at; at++)
		*at == '\n' ? strbuf_adds(&pem, "\\n") : strbuf_addc(&pem, *at);
	given.key.private_key = secret_new(&lab.arena, pem.ptr);
	ck_assert_msg(gcs_account_open(&lab.account, &given, &lab.arena, lab.reason, sizeof lab.reason), "%s", lab.reason);
	close_lab(&lab);
}
END_TEST

START_TEST(what_is_no_key_file_is_refused_with_a_reason)
{
	struct lab lab;

	TABLE_EACH("gcs_keyfiles", 2, cells)
	{
		bool ok;

		arena_init(&lab.arena, MEMORY);
		ok = gcs_account_parse(&lab.account, cells[0], "f", &lab.arena, lab.reason, sizeof lab.reason);
		table_expect(&table, ok ? "ok" : lab.reason, cells[1]);
		close_lab(&lab);
	}
}
END_TEST

START_TEST(a_service_needs_no_answer_to_open_and_parts_keep_to_the_services_least)
{
	struct gcs_settings settings = {
		.bucket = "b",
		.keyfile = "",
		.credentials = {.universe_domain = "googleapis.com"},
		.endpoint = "",
		.iamendpoint = "",
		.useragent = "",
		.chunksize = 1 << 20,
		.maxconcurrency = 50,
	};
	struct object_service *service;
	char reason[256];

	service = gcs_open(&settings, reason, sizeof reason);
	ck_assert_msg(service != NULL, "%s", reason);
	ck_assert_uint_eq(service->limits.part_size, GCS_PART_MIN);
	ck_assert_uint_eq(gcs_of(service)->at_once, GCS_AT_ONCE_MAX);
	ck_assert_int_eq(gcs_of(service)->account.kind, GCS_METADATA);
	ck_assert_str_eq(gcs_of(service)->endpoint, "https://storage.googleapis.com");
	ck_assert_str_eq(gcs_of(service)->account.metadata_url,
			 "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/");
	service->ops->close(service);
	settings.keyfile = "/nowhere/key.json";
	ck_assert_ptr_null(gcs_open(&settings, reason, sizeof reason));
	ck_assert_str_eq(reason, "/nowhere/key.json: No such file or directory");
}
END_TEST

START_TEST(an_emulator_is_used_without_a_token_unless_the_settings_say_otherwise)
{
	struct arena arena;
	struct gcs_settings settings = {.keyfile = "", .endpoint = ""};

	arena_init(&arena, MEMORY);
	setenv("STORAGE_EMULATOR_HOST", "127.0.0.1:4443/", 1);
	ck_assert_str_eq(gcs_emulator(&settings, &arena), "http://127.0.0.1:4443");
	ck_assert(gcs_credentials_find(&settings, &arena).anonymous);
	settings.keyfile = "/some/key.json";
	ck_assert_str_eq(gcs_emulator(&settings, &arena), "http://127.0.0.1:4443");
	ck_assert(!gcs_credentials_find(&settings, &arena).anonymous);
	settings.keyfile = "";
	settings.endpoint = "https://storage.example.com";
	ck_assert_str_eq(gcs_emulator(&settings, &arena), "");
	ck_assert(!gcs_credentials_find(&settings, &arena).anonymous);
	unsetenv("STORAGE_EMULATOR_HOST");
	arena_release(&arena);
}
END_TEST

START_TEST(without_a_key_of_the_settings_the_environment_is_asked)
{
	struct arena arena;
	struct gcs_settings settings = {.keyfile = "", .endpoint = ""};
	struct gcs_credentials found;

	arena_init(&arena, MEMORY);
	setenv("GOOGLE_APPLICATION_CREDENTIALS", "/its/key.json", 1);
	setenv("CLOUDSDK_CONFIG", "/its/gcloud", 1);
	found = gcs_credentials_find(&settings, &arena);
	ck_assert_str_eq(found.keyfile, "/its/key.json");
	ck_assert_str_eq(found.default_file, "/its/gcloud/application_default_credentials.json");
	settings.credentials.private_key = secret_new(&arena, "pem");
	found = gcs_credentials_find(&settings, &arena);
	ck_assert_str_eq(found.keyfile, "");
	ck_assert_str_eq(found.default_file, "");
	unsetenv("GOOGLE_APPLICATION_CREDENTIALS");
	unsetenv("CLOUDSDK_CONFIG");
	arena_release(&arena);
}
END_TEST

TEST_FILE(gcs, urls_are_signed_as_googles_tests_have_it, a_signed_url_names_account_scope_time_and_life,
	  an_assertion_is_a_jwt_that_openssl_verifies, a_key_with_its_line_feeds_written_out_is_read,
	  what_is_no_key_file_is_refused_with_a_reason,
	  a_service_needs_no_answer_to_open_and_parts_keep_to_the_services_least,
	  an_emulator_is_used_without_a_token_unless_the_settings_say_otherwise,
	  without_a_key_of_the_settings_the_environment_is_asked)
