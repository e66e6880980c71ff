/* SPDX-License-Identifier: MIT */
/* storage.gcs, and what Google's own libraries look for in the environment. */
#include "store_object_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "berth/base/strbuf.h"
#include "berth/store/gcs.h"

#define GCLOUD_FILE "application_default_credentials.json"
#define PATH_TEXT 4096
#define URL_TEXT 512

/* A variable's value; "" when it is not set. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* Where `gcloud auth application-default login` writes; "" when there is no home. */
static void gcloud_file(char out[static PATH_TEXT])
{
	const char *folder = variable("CLOUDSDK_CONFIG"), *home = variable("HOME");
	int len = 0;

	if (folder[0])
		len = snprintf(out, PATH_TEXT, "%s/" GCLOUD_FILE, folder);
	else if (home[0])
		len = snprintf(out, PATH_TEXT, "%s/.config/gcloud/" GCLOUD_FILE, home);
	if (len <= 0 || len >= PATH_TEXT)
		out[0] = '\0';
}

/* host:port or a URL, as Google's libraries take it. */
static void emulator_url(char out[static URL_TEXT], const char *host)
{
	int len = snprintf(out, URL_TEXT, "%s%s", strstr(host, "://") ? "" : "http://", host);

	if (len < 0 || len >= URL_TEXT)
		out[0] = '\0';
	while (len > 0 && len < URL_TEXT && out[len - 1] == '/')
		out[--len] = '\0';
}

static struct gcs_credentials credentials(const struct config_gcs *gcs)
{
	const struct config_gcs_credentials *given = &gcs->credentials;

	return (struct gcs_credentials){
		.keyfile = gcs->keyfile,
		.private_key = given->private_key,
		.client_email = given->client_email,
		.private_key_id = given->private_key_id,
		.token_uri = given->token_uri,
		.universe_domain = given->universe_domain,
		.metadata_host = variable("GCE_METADATA_HOST"),
	};
}

struct object_service *app_gcs_service(const struct config *config, char *reason, size_t size)
{
	const struct config_gcs *gcs = &config->storage.gcs;
	bool own = gcs->keyfile[0] || secret_is_set(gcs->credentials.private_key);
	char file[PATH_TEXT] = "", emulator[URL_TEXT] = "";
	struct gcs_settings settings = {
		.credentials = credentials(gcs),
		.bucket = gcs->bucket,
		.endpoint = gcs->endpoint,
		.iam_endpoint = gcs->iamendpoint,
		.user_agent = gcs->useragent,
		.part_size = (uint64_t)gcs->chunksize,
		.at_once = gcs->maxconcurrency > 0 && gcs->maxconcurrency < GCS_AT_ONCE_MAX ? (unsigned)gcs->maxconcurrency
											    : GCS_AT_ONCE_MAX,
	};

	if (!gcs->endpoint[0] && variable("STORAGE_EMULATOR_HOST")[0]) {
		emulator_url(emulator, variable("STORAGE_EMULATOR_HOST"));
		settings.endpoint = emulator;
		settings.credentials.anonymous = !own;
	}
	if (!own) {
		gcloud_file(file);
		settings.credentials.keyfile = variable("GOOGLE_APPLICATION_CREDENTIALS");
		settings.credentials.default_file = file;
	}
	return gcs_open(&settings, reason, size);
}
