/* SPDX-License-Identifier: MIT */
/* Keys that a service next to us hands out: the container's agent (ECS, EKS), the instance's metadata (IMDSv2). */
#include "s3_search_priv.h"

#include <errno.h>
#include <string.h>

#include "berth/base/json_read.h"
#include "berth/base/timetext.h"
#include "berth/http/client.h"
#include "../service/secret_file_priv.h"

#define ANSWER_MAX ((size_t)64 << 10)
#define AGENT "http://169.254.170.2"
#define METADATA "http://169.254.169.254"
#define ROLES "/latest/meta-data/iam/security-credentials/"

/* Where there is no such service, nothing answers: short waits, few attempts. */
static struct http_client *make_client(void)
{
	return http_client_new(&(struct http_client_settings){
		.connect_timeout_ms = 1000, .answer_timeout_ms = 5000, .retries = 2, .user_agent = "berth"});
}

static void drop_client(void *client)
{
	http_client_free(client);
}

static struct http_client *client_of(struct s3_search *search)
{
	struct http_client *client = make_client();

	if (client)
		arena_defer(search->arena, drop_client, client);
	return client;
}

/* The answer's text; NULL, with the reason, unless it is a 200. */
static const char *fetch(struct s3_search *search, struct http_exchange *exchange)
{
	struct http_client *client = client_of(search);

	exchange->keep = ANSWER_MAX;
	exchange->repeatable = true;
	if (!client || !http_client_run(client, exchange, search->arena)) {
		s3_no_keys(search, "%s", client && exchange->failure ? exchange->failure : "no client");
		return NULL;
	}
	if (exchange->status == 200)
		return exchange->answer.ptr;
	s3_no_keys(search, "status %d", exchange->status);
	return NULL;
}

bool s3_parse_keys(struct s3_search *search, struct span json)
{
	const struct json *root = json_read(search->arena, json, NULL);
	const char *code = json_get_string(root, "Code"), *expires = json_get_string(root, "Expiration");
	const char *key = json_get_string(root, "AccessKeyId"), *secret = json_get_string(root, "SecretAccessKey");

	if (!root)
		return s3_no_keys(search, "the answer is not JSON");
	if (code && strcmp(code, "Success") != 0)
		return s3_no_keys(search, "the answer's code is %s", code);
	if (!key || !secret)
		return s3_no_keys(search, "the answer holds no keys");
	search->keys.access_key = arena_strdup(search->arena, key);
	search->keys.secret_key = secret_new(search->arena, secret);
	search->keys.token = secret_new(search->arena, json_get_string(root, "Token"));
	if (expires && !timetext_parse(&search->keys.expires, span_of(expires)))
		return s3_no_keys(search, "the answer's Expiration is no time");
	return true;
}

/* 127.x.y.z, and nothing that only begins like it. */
static bool is_loopback(struct span host)
{
	return span_starts(host, "127.") && strspn(host.ptr, "0123456789.") == host.len;
}

/* Plain http only to this machine and to the agents' link-local addresses: keys would travel in the clear. */
static bool may_be_asked(const char *url)
{
	static const char *const hosts[] = {"localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"};
	struct span text = span_of(url), host;

	if (span_starts(text, "https://"))
		return true;
	if (!span_starts(text, "http://"))
		return false;
	host = span_after(text, strlen("http://"));
	host.len = host.ptr[0] == '[' ? strcspn(host.ptr, "]") + 1 : strcspn(host.ptr, ":/");
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (span_is(host, hosts[i]))
			return true;
	return is_loopback(host);
}

/* What the agent wants to see as Authorization; NULL when there is nothing of the kind. False: it cannot be read. */
static bool agent_authorization(struct s3_search *search, const char **out)
{
	const char *path = s3_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
	char *text;

	*out = s3_variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	if (!path)
		return true;
	*out = secret_file_read(path, search->arena);
	if (!*out)
		return s3_no_keys(search, "%s: %s", path, strerror(errno));
	text = arena_strdup(search->arena, *out);
	text[strcspn(text, "\r\n")] = '\0';
	*out = text;
	return true;
}

bool s3_keys_of_container(struct s3_search *search)
{
	const char *relative = s3_variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
	const char *full = s3_variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"), *token;
	struct http_exchange exchange = {.method = "GET", .url = full};

	if (relative)
		exchange.url = arena_printf(search->arena, AGENT "%s", relative);
	if (!exchange.url)
		return s3_no_keys(search, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and _FULL_URI are not set");
	if (!may_be_asked(exchange.url))
		return s3_no_keys(search, "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to another host");
	if (!agent_authorization(search, &token))
		return false;
	if (token)
		http_exchange_set(&exchange, "Authorization", token);
	return fetch(search, &exchange) && s3_parse_keys(search, exchange.answer);
}

/* The session's token, then the role's name, then its keys. */
bool s3_keys_of_instance(struct s3_search *search)
{
	const char *disabled = s3_variable("AWS_EC2_METADATA_DISABLED");
	const char *base = s3_variable("AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct http_exchange session = {.method = "PUT"}, role = {.method = "GET"}, keys = {.method = "GET"};
	const char *token, *name;

	if (disabled && span_is_nocase(span_of(disabled), "true"))
		return s3_no_keys(search, "AWS_EC2_METADATA_DISABLED is set");
	base = base ? base : METADATA;
	session.url = arena_printf(search->arena, "%s/latest/api/token", base);
	http_exchange_set(&session, "X-aws-ec2-metadata-token-ttl-seconds", "21600");
	token = fetch(search, &session);
	if (!token)
		return false;
	role.url = arena_printf(search->arena, "%s" ROLES, base);
	http_exchange_set(&role, "X-aws-ec2-metadata-token", token);
	name = fetch(search, &role);
	if (!name)
		return false;
	keys.url = arena_printf(search->arena, "%s" ROLES "%.*s", base, (int)strcspn(name, "\r\n"), name);
	http_exchange_set(&keys, "X-aws-ec2-metadata-token", token);
	return fetch(search, &keys) && s3_parse_keys(search, keys.answer);
}
