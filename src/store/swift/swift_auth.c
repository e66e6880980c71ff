/* SPDX-License-Identifier: MIT */
/* Requests of a sign-in: tempauth's headers, Keystone's bodies. */
#include "swift_auth_priv.h"

#include <string.h>

#include "berth/base/json_write.h"
#include "berth/base/strbuf.h"

#define BODY_MAX ((size_t)64 << 10)

int swift_auth_version(int given, const char *authurl)
{
	static const char *const marks[] = {NULL, "v1", "v2", "v3"};

	if (given)
		return given >= 1 && given <= 3 ? given : 0;
	for (int version = 3; version > 0; version--)
		if (strstr(authurl, marks[version]))
			return version;
	return 0;
}

static void auth_member(struct json_writer *json, const char *key, const char *value)
{
	json_key(json, key);
	json_text(json, value);
}

static void open_member(struct json_writer *json, const char *key)
{
	json_key(json, key);
	json_open(json, '{');
}

/* Identity API v2.0, POST /tokens; RAX-KSKEY is Rackspace's extension. */
static void write_v2(struct json_writer *json, const struct swift_settings *settings, bool apikey)
{
	json_open(json, '{');
	open_member(json, "auth");
	open_member(json, apikey ? "RAX-KSKEY:apiKeyCredentials" : "passwordCredentials");
	auth_member(json, "username", settings->username);
	auth_member(json, apikey ? "apiKey" : "password", secret_reveal(settings->password));
	json_close(json, '}');
	if (settings->tenantid[0])
		auth_member(json, "tenantId", settings->tenantid);
	else if (settings->tenant[0])
		auth_member(json, "tenantName", settings->tenant);
	json_close(json, '}');
	json_close(json, '}');
}

/* A domain by name, else by id; nothing when neither is given. */
static bool write_domain(struct json_writer *json, const char *name, const char *id)
{
	if (!name[0] && !id[0])
		return false;
	open_member(json, "domain");
	auth_member(json, name[0] ? "name" : "id", name[0] ? name : id);
	json_close(json, '}');
	return true;
}

static void write_project(struct json_writer *json, const struct swift_settings *settings)
{
	open_member(json, "project");
	if (settings->tenantid[0]) {
		auth_member(json, "id", settings->tenantid);
	} else {
		auth_member(json, "name", settings->tenant);
		if (!write_domain(json, settings->tenantdomain, settings->tenantdomainid) &&
		    !write_domain(json, settings->domain, settings->domainid))
			(void)write_domain(json, "Default", "");
	}
	json_close(json, '}');
}

/* A trust, a project, or (the project's domain without a project) that domain; otherwise the user's default. */
static void write_scope(struct json_writer *json, const struct swift_settings *settings)
{
	bool project = settings->tenantid[0] || settings->tenant[0];

	if (!settings->trustid[0] && !project && !settings->tenantdomain[0] && !settings->tenantdomainid[0])
		return;
	open_member(json, "scope");
	if (settings->trustid[0]) {
		open_member(json, "OS-TRUST:trust");
		auth_member(json, "id", settings->trustid);
		json_close(json, '}');
	} else if (project) {
		write_project(json, settings);
	} else {
		(void)write_domain(json, settings->tenantdomain, settings->tenantdomainid);
	}
	json_close(json, '}');
}

/* Identity API v3, POST /auth/tokens, "Password authentication"; OS-TRUST for the trust. */
static void write_v3(struct json_writer *json, const struct swift_settings *settings)
{
	json_open(json, '{');
	open_member(json, "auth");
	open_member(json, "identity");
	json_key(json, "methods");
	json_open(json, '[');
	json_text(json, "password");
	json_close(json, ']');
	open_member(json, "password");
	open_member(json, "user");
	auth_member(json, "name", settings->username);
	auth_member(json, "password", secret_reveal(settings->password));
	(void)write_domain(json, settings->domain, settings->domainid);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, '}');
	write_scope(json, settings);
	json_close(json, '}');
	json_close(json, '}');
}

struct span swift_auth_body(const struct swift_settings *settings, int version, bool apikey, struct arena *arena)
{
	struct strbuf text;
	struct json_writer json = json_writer(&text);

	if (version == 1)
		return (struct span){"", 0};
	strbuf_init(&text, arena, BODY_MAX);
	if (version == 2)
		write_v2(&json, settings, apikey);
	else
		write_v3(&json, settings);
	return strbuf_span(&text);
}

struct http_exchange swift_auth_request(const struct swift_settings *settings, int version, bool apikey,
					struct arena *arena)
{
	struct http_exchange request = {
		.method = version == 1 ? "GET" : "POST", .url = settings->authurl, .repeatable = true};
	size_t len = strlen(settings->authurl);

	if (version == 1) {
		http_exchange_set(&request, "X-Auth-User", settings->username);
		http_exchange_set(&request, "X-Auth-Key", secret_reveal(settings->password));
		return request;
	}
	request.url = arena_printf(arena, "%s%s%s", settings->authurl, len && settings->authurl[len - 1] == '/' ? "" : "/",
				   version == 2 ? "tokens" : "auth/tokens");
	request.body = http_body_bytes(swift_auth_body(settings, version, apikey, arena));
	http_exchange_set(&request, "Content-Type", "application/json");
	http_exchange_set(&request, "Accept", "application/json");
	return request;
}
