/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/s3/s3_credentials_priv.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../../lib/table.h"
#include "../../../lib/test.h"
#include "../../http/loopback.h"
#include "berth/http/client.h"

#define NOW 1369353600 /* 2013-05-24T00:00:00Z */
#define KEYS(key, expires) \
	"{\"AccessKeyId\":\"" key "\",\"SecretAccessKey\":\"S\",\"Token\":\"T\",\"Expiration\":\"" expires "\"}"
#define ANSWER(text)                                                             \
	{                                                                        \
		"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" text, AFTER_CLOSE \
	}

static const char *const variables[] = {
	"AWS_ACCESS_KEY_ID",
	"AWS_ACCESS_KEY",
	"AWS_SECRET_ACCESS_KEY",
	"AWS_SECRET_KEY",
	"AWS_SESSION_TOKEN",
	"AWS_PROFILE",
	"AWS_DEFAULT_PROFILE",
	"AWS_SHARED_CREDENTIALS_FILE",
	"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN",
	"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
	"AWS_EC2_METADATA_SERVICE_ENDPOINT",
	"HOME",
};

static struct arena memory;

/* The keys of the configuration ("": none), which is all there is until a test says more. */
static struct s3_credentials *credentials_of(const char *key)
{
	static struct s3_credentials made;

	arena_init(&memory, (size_t)1 << 20);
	s3_credentials_init(&made, key, secret_new(&memory, key), (struct secret){0}, &memory);
	return &made;
}

static void end(struct s3_credentials *credentials)
{
	s3_credentials_release(credentials);
	arena_release(&memory);
}

/* Nobody has keys, and no metadata service of a cloud is asked. Each test runs in a process of its own. */
static struct s3_credentials *nothing_set(void)
{
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		unsetenv(variables[i]);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	http_client_set_now(NOW);
	return credentials_of("");
}

static void expect_key(struct s3_credentials *credentials, const char *key)
{
	struct error error;

	error_init(&error, &memory);
	ck_assert(s3_credentials_have(credentials, &memory, &error) == (key != NULL));
	if (key)
		ck_assert_str_eq(credentials->keys.access_key, key);
	else
		ck_assert_int_eq(error_code(&error), E_UNAVAILABLE);
}

static struct loopback agent(const struct loopback_answer *script, size_t count)
{
	struct loopback server = loopback_start(script, count);
	char url[64];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
	setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url, 1);
	return server;
}

static const char *summary(const struct s3_search *search, bool found)
{
	const struct s3_keys *keys = &search->keys;

	return found ? arena_printf(search->arena, "%s %s %s", keys->access_key, secret_reveal(keys->secret_key),
				    secret_reveal(keys->token))
		     : search->why;
}

START_TEST(a_profile_is_read_from_the_shared_file)
{
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	TABLE_EACH("s3/profiles", 3, cells)
	{
		struct s3_search search = {.arena = &arena};

		table_expect(&table, summary(&search, s3_parse_profile(&search, cells[0], arena_span(&arena, cells[1]))),
			     cells[2]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(keys_are_read_from_an_answer)
{
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	TABLE_EACH("s3/answers_with_keys", 2, cells)
	{
		struct s3_search search = {.arena = &arena};
		bool found = s3_parse_keys(&search, cells[0]);
		const char *text = summary(&search, found);

		if (found)
			text = arena_printf(&arena, "%s %lld", text, (long long)search.keys.expires);
		table_expect(&table, text, cells[1]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(keys_of_the_configuration_come_first_and_never_expire)
{
	struct s3_credentials *credentials;

	end(nothing_set());
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	credentials = credentials_of("C");
	ck_assert(credentials->is_fixed);
	expect_key(credentials, "C");
	end(credentials);
}
END_TEST

START_TEST(the_environment_comes_before_the_file)
{
	struct s3_credentials *credentials = nothing_set();
	char path[] = "/tmp/bu.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_gt(dprintf(fd, "[p]\naws_access_key_id = F\naws_secret_access_key = S\n"), 0);
	setenv("AWS_SHARED_CREDENTIALS_FILE", path, 1);
	setenv("AWS_PROFILE", "p", 1);
	expect_key(credentials, "F");
	ck_assert_str_eq(s3_credentials_source(credentials), "the shared credentials file");
	end(credentials);
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	setenv("AWS_SESSION_TOKEN", "T", 1);
	credentials = credentials_of("");
	expect_key(credentials, "E");
	ck_assert_str_eq(secret_reveal(credentials->keys.token), "T");
	end(credentials);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(without_keys_the_sources_are_not_asked_at_every_turn)
{
	struct s3_credentials *credentials = nothing_set();

	expect_key(credentials, NULL);
	setenv("AWS_ACCESS_KEY_ID", "E", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "S", 1);
	expect_key(credentials, NULL);
	http_client_set_now(NOW + 60);
	expect_key(credentials, "E");
	end(credentials);
}
END_TEST

START_TEST(an_agents_keys_are_renewed_before_they_expire)
{
	static const struct loopback_answer script[] = {ANSWER(KEYS("A1", "2013-05-24T01:00:00Z")),
							ANSWER(KEYS("A2", "2013-05-24T02:00:00Z"))};
	struct s3_credentials *credentials = nothing_set();
	struct loopback server = agent(script, 2);

	setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me in", 1);
	expect_key(credentials, "A1");
	ck_assert_ptr_nonnull(strstr(server.record->seen[0].text, "\r\nAuthorization: let me in\r\n"));
	http_client_set_now(NOW + 3000);
	expect_key(credentials, "A1");
	ck_assert_uint_eq(server.record->count, 1);
	http_client_set_now(NOW + 3400);
	expect_key(credentials, "A2");
	loopback_stop(&server);
	end(credentials);
}
END_TEST

START_TEST(keys_that_cannot_be_renewed_are_used_to_their_end)
{
	static const struct loopback_answer script[] = {ANSWER(KEYS("A1", "2013-05-24T01:00:00Z")),
							{"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
							 AFTER_CLOSE}};
	struct s3_credentials *credentials = nothing_set();
	struct loopback server = agent(script, 2);

	expect_key(credentials, "A1");
	http_client_set_now(NOW + 3400);
	expect_key(credentials, "A1");
	http_client_set_now(NOW + 3601);
	expect_key(credentials, NULL);
	loopback_stop(&server);
	end(credentials);
}
END_TEST

START_TEST(keys_that_the_service_calls_expired_are_asked_for_again)
{
	static const struct loopback_answer script[] = {ANSWER(KEYS("A1", "2013-05-24T01:00:00Z")),
							ANSWER(KEYS("A2", "2013-05-24T01:00:00Z"))};
	struct s3_credentials *credentials = nothing_set();
	struct loopback server = agent(script, 2);

	expect_key(credentials, "A1");
	credential_forget(&credentials->credential);
	expect_key(credentials, "A2");
	expect_key(credentials, "A2");
	ck_assert_uint_eq(server.record->count, 2);
	loopback_stop(&server);
	end(credentials);
}
END_TEST

START_TEST(an_agent_on_another_host_is_not_asked_in_the_clear)
{
	static const char *const urls[] = {"http://example.com/keys", "http://127.0.0.1.example.com/",
					   "http://localhost.x/", "ftp://127.0.0.1/", "http://127.0.0.1@example.com/"};

	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct s3_credentials *credentials = nothing_set();
		struct arena arena;
		struct s3_search search = {.arena = &arena};

		arena_init(&arena, (size_t)1 << 20);
		setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", urls[i], 1);
		ck_assert(!s3_keys_of_container(&search));
		ck_assert_str_eq(search.why, "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to another host");
		arena_release(&arena);
		end(credentials);
	}
}
END_TEST

START_TEST(an_instance_is_asked_in_a_session)
{
	static const struct loopback_answer script[] = {ANSWER("the-token"), ANSWER("my-role\n"),
							ANSWER(KEYS("I", "2013-05-24T06:00:00Z"))};
	struct s3_credentials *credentials = nothing_set();
	struct loopback server = loopback_start(script, 3);
	char url[64];

	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
	setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", url, 1);
	unsetenv("AWS_EC2_METADATA_DISABLED");
	expect_key(credentials, "I");
	ck_assert(span_starts(span_of(server.record->seen[0].text), "PUT /latest/api/token HTTP"));
	ck_assert_ptr_nonnull(strstr(server.record->seen[0].text, "\r\nX-aws-ec2-metadata-token-ttl-seconds: 21600\r\n"));
	ck_assert(span_starts(span_of(server.record->seen[2].text),
			      "GET /latest/meta-data/iam/security-credentials/my-role HTTP"));
	ck_assert_ptr_nonnull(strstr(server.record->seen[2].text, "\r\nX-aws-ec2-metadata-token: the-token\r\n"));
	loopback_stop(&server);
	end(credentials);
}
END_TEST

TEST_FILE(s3_credentials, a_profile_is_read_from_the_shared_file, keys_are_read_from_an_answer,
	  keys_of_the_configuration_come_first_and_never_expire, the_environment_comes_before_the_file,
	  without_keys_the_sources_are_not_asked_at_every_turn, an_agents_keys_are_renewed_before_they_expire,
	  keys_that_cannot_be_renewed_are_used_to_their_end, keys_that_the_service_calls_expired_are_asked_for_again,
	  an_agent_on_another_host_is_not_asked_in_the_clear, an_instance_is_asked_in_a_session)
