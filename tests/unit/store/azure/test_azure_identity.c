/* SPDX-License-Identifier: MIT */
/* Tokens of each kind of identity, from a server on the loopback that remembers what it was asked. */
#include <unistd.h>

#include "../../../../src/store/azure/azure_identity_priv.h"
#include "../../../lib/test.h"
#include "../../http/loopback.h"
#include "berth/base/log.h"

#define NOW 1700000000

/* The environment of a test. */
static struct {
	const char *name, *value;
} variables[8];

static const char *variable(const char *name)
{
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (variables[i].name && strcmp(variables[i].name, name) == 0)
			return variables[i].value;
	return NULL;
}

static struct lab {
	struct arena arena;
	struct http_client *client;
	struct loopback server;
	struct azure_settings settings;
	struct azure_identity *identity;
	struct error error;
	char log[2048];
	const char *base; /* of the server */
} lab;

static void set(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (!variables[i].name) {
			variables[i].name = name;
			variables[i].value = value;
			return;
		}
	ck_abort_msg("too many variables");
}

/* What the server is going to answer, in order. */
struct reply {
	const char *status;
	const char *body;
};

#define FOR_AN_HOUR(token)                                                                                 \
	{                                                                                                  \
		"200 OK", "{\"token_type\":\"Bearer\",\"expires_in\":3600,\"access_token\":\"" token "\"}" \
	}

static void open_lab(const struct reply *replies, size_t count)
{
	static char texts[8][512];
	static struct loopback_answer script[8];

	static const struct http_client_settings quick = {.retries = HTTP_CLIENT_NO_RETRIES, .answer_timeout_ms = 5000};

	memset(&lab, 0, sizeof lab);
	memset(variables, 0, sizeof variables);
	ck_assert_uint_le(count, 8);
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(texts[i], sizeof texts[i], "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", replies[i].status,
			       strlen(replies[i].body), replies[i].body);
		script[i] = (struct loopback_answer){texts[i], AFTER_KEEP};
	}
	arena_init(&lab.arena, 4 << 20);
	lab.server = loopback_start(script, count);
	lab.client = http_client_new(&quick);
	ck_assert_ptr_nonnull(lab.client);
	lab.base = arena_printf(&lab.arena, "http://127.0.0.1:%d", lab.server.port);
	lab.settings.credentials = "default_credentials";
	lab.settings.realm = "core.windows.net";
	set("AZURE_AUTHORITY_HOST", arena_printf(&lab.arena, "%s/", lab.base));
	http_client_set_now(NOW);
}

static void close_lab(void)
{
	if (lab.identity)
		credential_release(&lab.identity->credential);
	log_capture(NULL, 0);
	http_client_free(lab.client);
	loopback_stop(&lab.server);
	arena_release(&lab.arena);
	http_client_set_now(0);
}

static void make_identity(void)
{
	char reason[200];

	lab.identity = azure_identity_new(&lab.settings, variable, lab.client, &lab.arena, reason, sizeof reason);
	ck_assert_msg(lab.identity != NULL, "%s", reason);
}

static bool ask(void)
{
	error_init(&lab.error, &lab.arena);
	log_capture(lab.log, sizeof lab.log);
	return credential_have(&lab.identity->credential, &lab.arena, &lab.error);
}

static void expect_token(const char *due)
{
	ck_assert_msg(ask(), "%s", lab.log);
	ck_assert_str_eq(secret_reveal(lab.identity->token), due);
}

static void expect_logged(const char *due)
{
	ck_assert_msg(strstr(lab.log, due) != NULL, "no \"%s\" in:\n%s", due, lab.log);
}

static const char *seen(unsigned number)
{
	ck_assert_uint_gt(lab.server.record->count, number);
	return lab.server.record->seen[number].text;
}

static void expect_seen(unsigned number, const char *due)
{
	ck_assert_msg(strstr(seen(number), due) != NULL, "no \"%s\" in:\n%s", due, seen(number));
}

static void use_application(void)
{
	lab.settings.credentials = "client_secret";
	lab.settings.tenantid = "ten ant";
	lab.settings.clientid = "cli&ent";
	lab.settings.secret = secret_new(&lab.arena, "s+e=c/r&t");
	make_identity();
}

START_TEST(an_applications_secret_is_a_form_to_its_tenant)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1")};

	open_lab(replies, 1);
	use_application();
	expect_token("t1");
	expect_seen(0, "POST /ten%20ant/oauth2/v2.0/token HTTP/1.1\r\n");
	expect_seen(0, "Content-Type: application/x-www-form-urlencoded\r\n");
	expect_seen(0, "\r\n\r\ngrant_type=client_credentials&client_id=cli%26ent"
		       "&scope=https%3A%2F%2Fstorage.azure.com%2F.default&client_secret=s%2Be%3Dc%2Fr%26t");
	close_lab();
}
END_TEST

START_TEST(a_token_is_kept_and_renewed_before_it_ends)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1"), FOR_AN_HOUR("t2")};

	open_lab(replies, 2);
	use_application();
	expect_token("t1");
	http_client_set_now(NOW + 3299);
	expect_token("t1");
	ck_assert_uint_eq(lab.server.record->count, 1);
	http_client_set_now(NOW + 3300); /* five minutes before its end */
	expect_token("t2");
	http_client_set_now(NOW + 3300 + 3299);
	expect_token("t2");
	ck_assert_uint_eq(lab.server.record->count, 2);
	close_lab();
}
END_TEST

START_TEST(a_renewal_that_fails_leaves_the_token_until_its_end)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1"), {"503 Busy", ""}, {"503 Busy", ""}, FOR_AN_HOUR("t2")};

	open_lab(replies, 4);
	use_application();
	expect_token("t1");
	http_client_set_now(NOW + 3400);
	expect_token("t1");
	expect_token("t1"); /* not asked again at once */
	ck_assert_uint_eq(lab.server.record->count, 2);
	http_client_set_now(NOW + 3600); /* now it is useless */
	ck_assert(!ask());
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	expect_token("t2");
	close_lab();
}
END_TEST

START_TEST(a_token_that_was_refused_is_not_used_again)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1"), FOR_AN_HOUR("t2")};

	open_lab(replies, 2);
	use_application();
	expect_token("t1");
	credential_forget(&lab.identity->credential);
	expect_token("t2");
	close_lab();
}
END_TEST

START_TEST(a_wrong_secret_says_so_without_it)
{
	static const struct reply replies[] = {
		{"401 Unauthorized",
		 "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000215: Invalid client secret.\\r\\nTrace ID: 1\",\"x\":1}"}};

	open_lab(replies, 1);
	use_application();
	ck_assert(!ask());
	ck_assert_int_eq(error_code(&lab.error), E_UNKNOWN);
	expect_logged("no token by client secret: status 401 invalid_client AADSTS7000215: Invalid client secret.");
	close_lab();
}
END_TEST

START_TEST(answers_that_hold_no_token_are_refused)
{
	static const struct reply replies[] = {
		{"200 OK", "{}"},
		{"200 OK", "garbage"},
		{"200 OK", ""},
		{"200 OK", "{\"access_token\":\"abc\" }"},
		{"200 OK", "{\"access_token\":\"abc\",\"expires_in\":\"-1\"}"},
		{"200 OK", "{\"access_token\":\"abc\",\"expires_on\":\"1699999999\"}"},
		{"200 OK", "{\"access_token\":17,\"expires_in\":3600 }"},
	};

	open_lab(replies, sizeof replies / sizeof *replies);
	use_application();
	for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
		ck_assert_msg(!ask(), "answer %zu was taken", i);
		expect_logged("holds none that is valid");
	}
	ck_assert_uint_eq(lab.server.record->count, sizeof replies / sizeof *replies);
	close_lab();
}
END_TEST

START_TEST(the_environment_names_an_application)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1")};

	open_lab(replies, 1);
	set("AZURE_TENANT_ID", "tenant");
	set("AZURE_CLIENT_ID", "client");
	set("AZURE_CLIENT_SECRET", "secret");
	set("AZURE_FEDERATED_TOKEN_FILE", "/nowhere");
	make_identity();
	expect_token("t1");
	expect_seen(0, "POST /tenant/oauth2/v2.0/token ");
	expect_seen(0, "&client_secret=secret");
	close_lab();
}
END_TEST

START_TEST(a_federated_token_is_read_from_its_file_each_time)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1"), FOR_AN_HOUR("t2")};
	char path[] = "/tmp/berth-token.XXXXXX";
	int fd = mkstemp(path);

	open_lab(replies, 2);
	set("AZURE_TENANT_ID", "tenant");
	set("AZURE_CLIENT_ID", "client");
	set("AZURE_FEDERATED_TOKEN_FILE", path);
	make_identity();
	ck_assert_int_eq(write(fd, "a.b.c\n", 6), 6);
	expect_token("t1");
	expect_seen(0, "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
		       "&client_assertion=a.b.c");
	ck_assert_int_eq(pwrite(fd, "d.e.f\n", 6, 0), 6);
	credential_forget(&lab.identity->credential);
	expect_token("t2");
	expect_seen(1, "&client_assertion=d.e.f");
	close(fd);
	unlink(path);
	credential_forget(&lab.identity->credential);
	ck_assert(!ask());
	expect_logged(path);
	close_lab();
}
END_TEST

START_TEST(app_service_has_an_endpoint_and_a_header)
{
	static const struct reply replies[] = {{"200 OK", "{\"access_token\":\"t1\",\"expires_on\":\"1700003600\" }\n"}};

	open_lab(replies, 1);
	set("IDENTITY_ENDPOINT", arena_printf(&lab.arena, "%s/msi/token", lab.base));
	set("IDENTITY_HEADER", "shibboleth");
	set("AZURE_CLIENT_ID", "mine");
	make_identity();
	expect_token("t1");
	expect_seen(0, "GET /msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fstorage.azure.com%2F&client_id=mine ");
	expect_seen(0, "X-IDENTITY-HEADER: shibboleth\r\n");
	http_client_set_now(NOW + 3299);
	expect_token("t1");
	close_lab();
}
END_TEST

START_TEST(a_machine_has_its_metadata_service)
{
	static const struct reply replies[] = {
		{"200 OK", "{\"access_token\":\"t1\",\"expires_in\":\"3600\",\"expires_on\":\"1700003600\"    }\n"}};

	open_lab(replies, 1);
	set("AZURE_POD_IDENTITY_AUTHORITY_HOST", lab.base);
	make_identity();
	expect_token("t1");
	expect_seen(0, "GET /metadata/identity/oauth2/token?api-version=2018-02-01"
		       "&resource=https%3A%2F%2Fstorage.azure.com%2F HTTP/1.1\r\n");
	expect_seen(0, "Metadata: true\r\n");
	close_lab();
}
END_TEST

START_TEST(an_authority_in_the_clear_is_refused)
{
	static const struct reply replies[] = {FOR_AN_HOUR("t1")};
	char reason[200];

	open_lab(replies, 1);
	variables[0].value = "http://login.example.com";
	ck_assert_ptr_null(azure_identity_new(&lab.settings, variable, lab.client, &lab.arena, reason, sizeof reason));
	ck_assert_str_eq(reason, "AZURE_AUTHORITY_HOST must be an https URL");
	close_lab();
}
END_TEST

TEST_FILE(azure_identity, an_applications_secret_is_a_form_to_its_tenant, a_token_is_kept_and_renewed_before_it_ends,
	  a_renewal_that_fails_leaves_the_token_until_its_end, a_token_that_was_refused_is_not_used_again,
	  a_wrong_secret_says_so_without_it, answers_that_hold_no_token_are_refused, the_environment_names_an_application,
	  a_federated_token_is_read_from_its_file_each_time, app_service_has_an_endpoint_and_a_header,
	  a_machine_has_its_metadata_service, an_authority_in_the_clear_is_refused)
