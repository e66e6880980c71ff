/* SPDX-License-Identifier: MIT */
/* Credentials of the settings, and the variables that Google's own libraries read. */
#include "gcs_credentials_priv.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/url.h"

#define GCLOUD_FILE "application_default_credentials.json"

/* A variable's value; "" when it is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* Where `gcloud auth application-default login` writes; "" when there is no home. */
static const char *gcloud_file(struct arena *arena)
{
	const char *folder = variable("CLOUDSDK_CONFIG"), *home = variable("HOME");

	if (folder[0])
		return arena_printf(arena, "%s/" GCLOUD_FILE, folder);
	return home[0] ? arena_printf(arena, "%s/.config/gcloud/" GCLOUD_FILE, home) : "";
}

/* Google's libraries take host:port or a URL. */
const char *gcs_emulator(const struct gcs_settings *settings, struct arena *arena)
{
	const char *host = variable("STORAGE_EMULATOR_HOST");
	struct span url;

	if (settings->endpoint[0] || !host[0])
		return "";
	url = span_of(arena_printf(arena, "%s%s", url_split(span_of(host)).scheme.len ? "" : "http://", host));
	while (url.len > 0 && url.ptr[url.len - 1] == '/')
		url.len--;
	return arena_span(arena, url);
}

struct gcs_credentials gcs_credentials_find(const struct gcs_settings *settings, struct arena *arena)
{
	struct gcs_credentials out = {
		.keyfile = settings->keyfile,
		.key = settings->credentials,
		.default_file = "",
		.metadata_host = variable("GCE_METADATA_HOST"),
	};

	if (settings->keyfile[0] || secret_is_set(settings->credentials.private_key))
		return out;
	out.anonymous = gcs_emulator(settings, arena)[0] != '\0';
	out.keyfile = variable("GOOGLE_APPLICATION_CREDENTIALS");
	out.default_file = gcloud_file(arena);
	return out;
}
