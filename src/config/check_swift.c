/* SPDX-License-Identifier: MIT */
/* storage.swift: the settings that a sign-in needs. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "value_priv.h"

#define CONTAINER_HIGH 256 /* Swift's max_container_name_length */

static void swift_need(struct load *load, const char *key, bool there)
{
	if (!there)
		load_error(load, key, "is missing");
}

/* Returns whether the URL says the version, as the Go library of distribution finds it. */
static bool tells_version(const char *authurl)
{
	return strstr(authurl, "v1") || strstr(authurl, "v2") || strstr(authurl, "v3");
}

static void check_authurl(struct load *load)
{
	const struct swift_settings *swift = &load->config->storage.swift;

	if (swift->authurl[0] && !form_is_url(swift->authurl))
		load_error(load, "storage.swift.authurl", "must be a URL like https://keystone.example.org:5000/v3, not %s",
			   value_quote(swift->authurl, load->arena));
	else if (swift->authurl[0] && swift->authversion == 0 && !tells_version(swift->authurl))
		load_error(load, "storage.swift.authversion", "is missing: authurl names neither v1, v2 nor v3");
}

static void check_names(struct load *load)
{
	const struct swift_settings *swift = &load->config->storage.swift;

	if (strlen(swift->container) > CONTAINER_HIGH || strchr(swift->container, '/'))
		load_error(load, "storage.swift.container", "must be up to %d bytes without a slash, not %s",
			   CONTAINER_HIGH, value_quote(swift->container, load->arena));
	if (swift->accesskey[0] && !swift->tenantid[0] && !swift->tenant[0])
		load_error(load, "storage.swift.accesskey", "needs a tenant: signatures hold its id");
}

void check_swift(struct load *load)
{
	const struct swift_settings *swift = &load->config->storage.swift;

	swift_need(load, "storage.swift.username", swift->username[0] != '\0');
	swift_need(load, "storage.swift.password", secret_is_set(swift->password));
	swift_need(load, "storage.swift.authurl", swift->authurl[0] != '\0');
	swift_need(load, "storage.swift.container", swift->container[0] != '\0');
	check_authurl(load);
	check_names(load);
	if (swift->insecureskipverify)
		load_warn(load, "storage.swift.insecureskipverify",
			  "the server's certificate is not checked: anybody on the network path can read and change blobs");
}
