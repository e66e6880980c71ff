/* SPDX-License-Identifier: MIT */
/* Where tokens come from. OAuth 2.0 client credentials (RFC 6749 section 4.4) and the managed identities' end-points. */
#include "azure_identity_priv.h"

#include <stdio.h>
#include <string.h>

#include "azure_account_priv.h"
#include "berth/base/json_read.h"
#include "berth/base/percent.h"
#include "../service/secret_file_priv.h"

#define RESOURCE "https://storage.azure.com/" /* of every cloud */
#define IMDS "http://169.254.169.254"
#define ANSWER_MAX ((size_t)64 << 10)

/* How a token is asked for. */
struct azure_source {
	const char *name;
	/* Fills in the request for a token. False: fetch->why is set. */
	bool (*ask)(struct azure_identity *, struct http_exchange *, struct credential_fetch *);
};

/* ---- requests ---- */

static const char *entra_encoded(const char *text, struct arena *arena)
{
	return percent_encode(arena, span_of(text), "");
}

static void ask_authority(struct azure_identity *identity, struct http_exchange *exchange, const char *proof,
			  struct arena *arena)
{
	const char *form = arena_printf(arena, "grant_type=client_credentials&client_id=%s&scope=%s&%s",
					entra_encoded(identity->client_id, arena),
					entra_encoded(RESOURCE ".default", arena), proof);

	exchange->method = "POST";
	exchange->url =
		arena_printf(arena, "%s/%s/oauth2/v2.0/token", identity->authority, entra_encoded(identity->tenant, arena));
	exchange->body = http_body_bytes(span_of(form));
	http_exchange_set(exchange, "Content-Type", "application/x-www-form-urlencoded");
}

static bool ask_with_secret(struct azure_identity *identity, struct http_exchange *exchange, struct credential_fetch *fetch)
{
	ask_authority(identity, exchange,
		      arena_printf(fetch->scratch, "client_secret=%s",
				   entra_encoded(secret_reveal(identity->secret), fetch->scratch)),
		      fetch->scratch);
	return true;
}

static bool ask_with_assertion(struct azure_identity *identity, struct http_exchange *exchange,
			       struct credential_fetch *fetch)
{
	/* Kubernetes writes a new token into the file now and then: each fetch reads it. */
	const char *text = secret_file_read(identity->assertion, fetch->scratch), *assertion;

	if (!text || !*text) {
		fetch->why = arena_printf(fetch->scratch, "cannot read the federated token in %s", identity->assertion);
		return false;
	}
	assertion = arena_span(fetch->scratch, (struct span){text, strcspn(text, "\r\n")});
	ask_authority(
		identity, exchange,
		arena_printf(fetch->scratch,
			     "client_assertion_type=urn%%3Aietf%%3Aparams%%3Aoauth%%3Aclient-assertion-type%%3Ajwt-bearer"
			     "&client_assertion=%s",
			     entra_encoded(assertion, fetch->scratch)),
		fetch->scratch);
	return true;
}

static void ask_managed(struct azure_identity *identity, struct http_exchange *exchange, const char *path,
			const char *version, struct arena *arena)
{
	exchange->method = "GET";
	exchange->url = arena_printf(arena, "%s%s?api-version=%s&resource=%s%s%s", identity->endpoint, path, version,
				     entra_encoded(RESOURCE, arena), *identity->client_id ? "&client_id=" : "",
				     entra_encoded(identity->client_id, arena));
}

static bool ask_app_service(struct azure_identity *identity, struct http_exchange *exchange, struct credential_fetch *fetch)
{
	ask_managed(identity, exchange, "", "2019-08-01", fetch->scratch);
	http_exchange_set(exchange, "X-IDENTITY-HEADER", secret_reveal(identity->secret));
	return true;
}

static bool ask_imds(struct azure_identity *identity, struct http_exchange *exchange, struct credential_fetch *fetch)
{
	ask_managed(identity, exchange, "/metadata/identity/oauth2/token", "2018-02-01", fetch->scratch);
	http_exchange_set(exchange, "Metadata", "true");
	return true;
}

/* ---- which source ---- */

static const struct azure_source client_secret = {"client secret", ask_with_secret};
static const struct azure_source workload = {"workload identity", ask_with_assertion};
static const struct azure_source app_service = {"App Service's managed identity", ask_app_service};
static const struct azure_source imds = {"the machine's managed identity", ask_imds};

static const char *entra_authority(const char *realm)
{
	static const struct {
		const char *realm, *authority;
	} clouds[] = {
		{"core.chinacloudapi.cn", "https://login.chinacloudapi.cn"},
		{"core.usgovcloudapi.net", "https://login.microsoftonline.us"},
	};

	for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++)
		if (strcmp(realm, clouds[i].realm) == 0)
			return clouds[i].authority;
	return "https://login.microsoftonline.com";
}

static const char *copy(const char *text, struct arena *arena)
{
	return arena_strdup(arena, text ? text : "");
}

static const char *url_copy(const char *url, struct arena *arena)
{
	char *out = arena_strdup(arena, url);

	for (size_t len = strlen(out); len > 0 && out[len - 1] == '/';)
		out[--len] = '\0';
	return out;
}

static void use_environment(struct azure_identity *identity, azure_variable_fn *variable, struct arena *arena)
{
	const char *secret = variable("AZURE_CLIENT_SECRET"), *file = variable("AZURE_FEDERATED_TOKEN_FILE");
	const char *endpoint = variable("IDENTITY_ENDPOINT"), *header = variable("IDENTITY_HEADER");
	const char *pod = variable("AZURE_POD_IDENTITY_AUTHORITY_HOST");

	identity->tenant = copy(variable("AZURE_TENANT_ID"), arena);
	identity->client_id = copy(variable("AZURE_CLIENT_ID"), arena);
	if (*identity->tenant && *identity->client_id && secret && *secret) {
		identity->source = &client_secret;
		identity->secret = secret_new(arena, secret);
	} else if (*identity->tenant && *identity->client_id && file && *file) {
		identity->source = &workload;
		identity->assertion = copy(file, arena);
	} else if (endpoint && *endpoint && header && *header) {
		identity->source = &app_service;
		identity->endpoint = copy(endpoint, arena);
		identity->secret = secret_new(arena, header);
	} else {
		identity->source = &imds;
		identity->endpoint = url_copy(pod && *pod ? pod : IMDS, arena);
	}
}

/* ---- answers ---- */

/* A number, or a text that is one: the end-points differ. 0 when it is neither. */
static int64_t number_of(const struct json *root, const char *name)
{
	const char *text = json_get_string(root, name);
	uint64_t number;

	if (!text)
		return json_get_integer(root, name, 0);
	return span_to_u64(span_of(text), &number) && number < INT64_MAX ? (int64_t)number : 0;
}

/* The end of the token that the answer holds; 0 when it says none. */
static int64_t end_of(const struct json *root)
{
	int64_t on = number_of(root, "expires_on"), in = number_of(root, "expires_in");

	if (in > 0 && in < INT32_MAX)
		return http_client_now() + in;
	return on;
}

static bool entra_refused(const struct azure_identity *identity, const struct http_exchange *exchange,
			  struct credential_fetch *fetch)
{
	const struct json *root = json_read(fetch->scratch, exchange->answer, NULL);
	const char *code = json_get_string(root, "error"), *detail = json_get_string(root, "error_description");
	struct span line = {detail ? detail : "", detail ? strcspn(detail, "\r\n") : 0};

	line.len = line.len < 200 ? line.len : 200;
	fetch->is_final = exchange->status != 429 && exchange->status < 500;
	fetch->why = arena_printf(fetch->scratch, "no token by %s: status %d %s %.*s", identity->source->name,
				  exchange->status, code ? code : "", SPAN_ARG(line));
	return false;
}

static bool fetch_token(void *owner, struct credential_fetch *fetch)
{
	struct azure_identity *identity = owner;
	struct http_exchange exchange = {.repeatable = true, .keep = ANSWER_MAX};
	const struct json *root;
	const char *token;

	if (!identity->source->ask(identity, &exchange, fetch))
		return false;
	if (!http_client_run(identity->client, &exchange, fetch->scratch)) {
		fetch->why = arena_printf(fetch->scratch, "no token by %s: %s", identity->source->name, exchange.failure);
		return false;
	}
	if (exchange.status != 200)
		return entra_refused(identity, &exchange, fetch);
	root = json_read(fetch->scratch, exchange.answer, NULL);
	token = json_get_string(root, "access_token");
	fetch->ends = token ? end_of(root) : 0;
	if (fetch->ends <= http_client_now()) {
		fetch->why = arena_printf(fetch->scratch, "no token by %s: its answer holds none that is valid",
					  identity->source->name);
		return false;
	}
	identity->token = secret_new(fetch->memory, token);
	return true;
}

struct azure_identity *azure_identity_new(const struct azure_settings *settings, azure_variable_fn *variable,
					  struct http_client *client, struct arena *arena, char *reason, size_t size)
{
	struct azure_identity *identity = arena_alloc(arena, sizeof *identity);
	const char *authority = variable("AZURE_AUTHORITY_HOST");

	identity->authority = url_copy(authority && *authority ? authority : entra_authority(settings->realm), arena);
	if (azure_credentials_of(settings) == AZURE_CLIENT_SECRET) {
		identity->source = &client_secret;
		identity->tenant = copy(settings->tenantid, arena);
		identity->client_id = copy(settings->clientid, arena);
		identity->secret = secret_new(arena, secret_reveal(settings->secret));
	} else {
		use_environment(identity, variable, arena);
	}
	if (!azure_is_private(identity->authority)) {
		(void)snprintf(reason, size, "AZURE_AUTHORITY_HOST must be an https URL");
		return NULL;
	}
	credential_init(&identity->credential, "azure", fetch_token, identity, 0);
	identity->client = client;
	return identity;
}
