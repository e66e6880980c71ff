/* SPDX-License-Identifier: MIT */
/* Accounts and connection strings. */
#include "azure_account_priv.h"

#include "berth/base/base64.h"
#include "berth/base/url.h"

static bool refuse(char *reason, size_t size, const char *why)
{
	(void)snprintf(reason, size, "%s", why);
	return false;
}

enum azure_credentials azure_credentials_of(const struct azure_settings *settings)
{
	if (secret_is_set(settings->connectionstring))
		return AZURE_CONNECTION;
	if (strcmp(settings->credentials, "shared_key") == 0)
		return AZURE_SHARED_KEY;
	return strcmp(settings->credentials, "client_secret") == 0 ? AZURE_CLIENT_SECRET : AZURE_DEFAULT_CREDENTIALS;
}

bool azure_is_private(const char *url)
{
	static const char *const here[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

	if (strncmp(url, "https://", 8) == 0)
		return true;
	for (size_t i = 0; i < sizeof here / sizeof *here; i++) {
		size_t len = strlen(here[i]);

		if (strncmp(url, here[i], len) == 0 && strchr(":/", url[len]))
			return true;
	}
	return false;
}

/* ---- connection strings ---- */

/* The parts that we use; the others (of queues, tables, files) are passed over. */
struct connection {
	struct span protocol;
	struct span account;
	struct span key;
	struct span suffix;
	struct span endpoint;
	struct span sas;
	struct span development;
};

static struct span *part_named(struct connection *connection, struct span name)
{
	const struct {
		const char *name;
		struct span *part;
	} parts[] = {
		{"DefaultEndpointsProtocol", &connection->protocol},
		{"AccountName", &connection->account},
		{"AccountKey", &connection->key},
		{"EndpointSuffix", &connection->suffix},
		{"BlobEndpoint", &connection->endpoint},
		{"SharedAccessSignature", &connection->sas},
		{"UseDevelopmentStorage", &connection->development},
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (span_is_nocase(name, parts[i].name))
			return parts[i].part;
	return NULL;
}

/* name=value;name=value; a value may hold more equal signs. */
static bool connection_split(struct connection *out, struct span text, char *reason, size_t size)
{
	struct span part;

	memset(out, 0, sizeof *out);
	while (span_split(&text, ';', &part)) {
		struct span name, *place;

		part = span_trim(part);
		if (part.len == 0)
			continue;
		span_split(&part, '=', &name);
		if (!part.ptr)
			return refuse(reason, size, "the connection string has a part without an equal sign");
		place = part_named(out, span_trim(name));
		if (place)
			*place = span_trim(part);
	}
	if (out->development.len)
		return refuse(reason, size,
			      "UseDevelopmentStorage is not known here: name the emulator's account and endpoint");
	return true;
}

static bool read_connection(struct azure_account *out, struct secret text, struct arena *arena, char *reason, size_t size)
{
	struct connection parts;

	if (!connection_split(&parts, span_of(secret_reveal(text)), reason, size))
		return false;
	if (!parts.key.len && !parts.sas.len)
		return refuse(reason, size, "the connection string has neither AccountKey nor SharedAccessSignature");
	if (!parts.endpoint.len && !parts.account.len)
		return refuse(reason, size, "the connection string has neither AccountName nor BlobEndpoint");
	if (parts.key.len)
		out->key = secret_new(arena, arena_span(arena, parts.key));
	else
		out->sas = secret_new(arena, arena_span(arena, parts.sas) + (parts.sas.ptr[0] == '?'));
	out->name = arena_span(arena, parts.account);
	if (!parts.protocol.len)
		parts.protocol = SPAN_LIT("https");
	if (!parts.suffix.len)
		parts.suffix = SPAN_LIT("core.windows.net");
	out->endpoint = parts.endpoint.len ? arena_span(arena, parts.endpoint)
					   : arena_printf(arena, "%.*s://%s.blob.%.*s", SPAN_ARG(parts.protocol), out->name,
							  SPAN_ARG(parts.suffix));
	return true;
}

/* ---- settings ---- */

static void read_settings(struct azure_account *out, const struct azure_settings *settings, struct arena *arena)
{
	out->name = arena_strdup(arena, settings->accountname);
	out->endpoint = settings->serviceurl[0] ? arena_strdup(arena, settings->serviceurl)
						: arena_printf(arena, "https://%s.blob.%s", out->name, settings->realm);
	if (azure_credentials_of(settings) == AZURE_SHARED_KEY)
		out->key = secret_new(arena, secret_reveal(settings->accountkey));
}

/* The account is the path's first part where there is one (emulators), else the host's. */
static const char *name_of_endpoint(const char *endpoint, struct arena *arena)
{
	struct url url = url_split(span_of(endpoint));
	struct span rest = span_after(url.path, 1), name;
	char end = rest.len > 0 ? '/' : '.';

	(void)span_split(rest.len > 0 ? &rest : &url.host, end, &name);
	return arena_span(arena, name);
}

static bool is_url(const char *text)
{
	size_t scheme = strncmp(text, "https://", 8) == 0 ? 8 : strncmp(text, "http://", 7) == 0 ? 7 : 0;

	return scheme && text[scheme] && text[scheme] != '/' && strcspn(text, "?#@ ") == strlen(text);
}

static bool is_name(const char *name)
{
	return *name && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name);
}

static const char *without_slash(const char *text, struct arena *arena)
{
	size_t len = strlen(text);

	while (len > 0 && text[len - 1] == '/')
		len--;
	return arena_span(arena, (struct span){text, len});
}

bool azure_account_read(struct azure_account *out, const struct azure_settings *settings, struct arena *arena, char *reason,
			size_t size)
{
	enum azure_credentials credentials = azure_credentials_of(settings);
	struct span key;

	*out = (struct azure_account){.container = arena_strdup(arena, settings->container),
				      .root = settings->legacyrootprefix ? "/" : ""};
	if (credentials != AZURE_CONNECTION)
		read_settings(out, settings, arena);
	else if (!read_connection(out, settings->connectionstring, arena, reason, size))
		return false;
	if (!is_url(out->endpoint))
		return refuse(reason, size, "the URL of the blob service must be http(s)://host[/account]");
	out->endpoint = without_slash(out->endpoint, arena);
	if (!*out->name)
		out->name = name_of_endpoint(out->endpoint, arena);
	if (!is_name(out->name))
		return refuse(reason, size, "the account's name must be lower-case letters and digits");
	if (secret_is_set(out->key) && !base64_decode(&key, arena, span_of(secret_reveal(out->key))))
		return refuse(reason, size, "the account's key is not base64: copy it whole, with the = at its end");
	if (credentials == AZURE_SHARED_KEY && !secret_is_set(out->key))
		return refuse(reason, size, "the account's key is missing");
	return true;
}
