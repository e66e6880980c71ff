/* SPDX-License-Identifier: MIT */
/* Answers of a sign-in: the token, how long it lives, and where the objects are. */
#include "swift_request_priv.h"

#include <string.h>

#include "berth/base/timetext.h"

#define STORE_TYPE "object-store"
#define TOKEN_MAX ((size_t)64 << 10) /* PKI tokens have some 10 KiB; a header has to hold it */
#define URL_MAX ((size_t)8 << 10)

static bool is_http(const char *url)
{
	return strncmp(url, "http://", 7) == 0 || strncmp(url, "https://", 8) == 0;
}

/* Seconds from the answer's own clock to `expires`, which ours need not agree with. */
static int64_t life_until(const struct http_exchange *answer, const char *expires)
{
	int64_t end, now;

	if (!timetext_parse(&end, span_of(expires)))
		return 0;
	if (!timetext_parse(&now, http_exchange_header(answer, "Date")))
		now = http_client_now();
	return end > now ? end - now : 1;
}

static void read_v1(struct swift_access *out, const struct http_exchange *answer, struct arena *arena)
{
	uint64_t life;

	out->token = secret_new(arena, arena_span(arena, http_exchange_header(answer, "X-Auth-Token")));
	out->storage_url = arena_span(arena, http_exchange_header(answer, "X-Storage-Url"));
	if (span_to_u64(http_exchange_header(answer, "X-Auth-Token-Expires"), &life) && life < INT32_MAX)
		out->life = (int64_t)life;
}

static bool region_fits(const char *wanted, const struct json *endpoint)
{
	return !wanted[0] || strcmp(swift_text(endpoint, "region"), wanted) == 0 ||
	       strcmp(swift_text(endpoint, "region_id"), wanted) == 0;
}

/* v2 has the three URLs of a region in one end-point, v3 each in an end-point of its own. */
static const char *endpoint_url(const struct json *endpoint, const char *type)
{
	static const struct {
		const char *type, *key;
	} keys[] = {{"public", "publicURL"}, {"internal", "internalURL"}, {"admin", "adminURL"}};

	if (strcmp(swift_text(endpoint, "interface"), type) == 0)
		return swift_text(endpoint, "url");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i].type, type) == 0)
			return swift_text(endpoint, keys[i].key);
	return "";
}

/* The URL of the first object store that fits; "" when none does. *stores counts those of all regions, for the reason. */
static const char *catalog_url(const struct json *catalog, const struct swift_settings *settings, size_t *stores)
{
	const char *type = settings->endpointtype[0] ? settings->endpointtype : "public";

	for (const struct json *service = json_first(catalog); service; service = service->next) {
		const struct json *endpoint = json_first(json_get(service, "endpoints"));

		if (strcmp(swift_text(service, "type"), STORE_TYPE) != 0)
			continue;
		for (; endpoint; endpoint = endpoint->next) {
			const char *url = endpoint_url(endpoint, type);

			*stores += 1;
			if (url[0] && region_fits(settings->region, endpoint))
				return url;
		}
	}
	return "";
}

static bool read_keystone(struct swift_access *out, const struct swift_settings *settings, int version,
			  const struct http_exchange *answer, struct arena *arena, const char **why)
{
	const struct json *root = json_read(arena, answer->answer, NULL);
	const struct json *access = json_get(root, version == 2 ? "access" : "token");
	const struct json *token = version == 2 ? json_get(access, "token") : access;
	size_t stores = 0;

	if (!token) {
		*why = "the answer of storage.swift.authurl is not Keystone's: is it the right URL?";
		return false;
	}
	out->token = version == 2 ? secret_new(arena, swift_text(token, "id"))
				  : secret_new(arena, arena_span(arena, http_exchange_header(answer, "X-Subject-Token")));
	out->life = life_until(answer, swift_text(token, version == 2 ? "expires" : "expires_at"));
	out->tenant_id = arena_strdup(arena, swift_text(json_get(token, version == 2 ? "tenant" : "project"), "id"));
	out->storage_url = arena_strdup(arena, catalog_url(json_get(access, version == 2 ? "serviceCatalog" : "catalog"),
							   settings, &stores));
	if (out->storage_url[0])
		return true;
	*why = stores ? "the catalogue has an object store, but none of storage.swift.region and endpointtype"
		      : "the catalogue has no object store: is storage.swift.tenant (or tenantid, trustid) right?";
	return false;
}

bool swift_auth_read(struct swift_access *out, const struct swift_settings *settings, int version,
		     const struct http_exchange *answer, struct arena *arena, const char **why)
{
	size_t len;

	*out = (struct swift_access){.tenant_id = settings->tenantid, .storage_url = ""};
	if (version == 1)
		read_v1(out, answer, arena);
	else if (!read_keystone(out, settings, version, answer, arena, why))
		return false;
	len = strlen(out->storage_url);
	while (len && out->storage_url[len - 1] == '/')
		len--;
	out->storage_url = arena_span(arena, (struct span){out->storage_url, len});
	if (!out->tenant_id[0])
		out->tenant_id = settings->tenantid;
	if (secret_is_set(out->token) && strlen(secret_reveal(out->token)) <= TOKEN_MAX && is_http(out->storage_url) &&
	    len <= URL_MAX && strlen(out->tenant_id) <= URL_MAX)
		return true;
	*why = "the answer of storage.swift.authurl has no token or no storage URL: is it the right URL and authversion?";
	return false;
}
