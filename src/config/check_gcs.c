/* SPDX-License-Identifier: MIT */
/* storage.gcs: names, sizes, and that there is at most one service account. */
#include "check_priv.h"

#include <string.h>

#include "form_priv.h"
#include "value_priv.h"

#define CHUNK ((int64_t)256 << 10) /* the service accepts multiples of this */

/* Cloud Storage, "Bucket naming requirements". */
static bool is_bucket(const char *name)
{
	size_t len = strlen(name), most = strchr(name, '.') ? 222 : 63;

	return len >= 3 && len <= most && !strchr("-_.", name[0]) && !strchr("-_.", name[len - 1]) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == len;
}

static void check_gcs_bucket(struct load *load)
{
	const char *bucket = load->config->storage.gcs.bucket;

	if (!bucket[0])
		load_error(load, "storage.gcs.bucket", "is missing");
	else if (!is_bucket(bucket))
		load_error(load, "storage.gcs.bucket",
			   "must be 3 to 63 lower-case letters, digits, dashes, underscores and dots, not %s",
			   value_quote(bucket, load->arena));
}

static void check_account(struct load *load)
{
	const struct gcs_settings *gcs = &load->config->storage.gcs;
	const struct gcs_key_settings *given = &gcs->credentials;
	bool key = secret_is_set(given->private_key);

	if (key && !given->client_email[0])
		load_error(load, "storage.gcs.credentials.client_email",
			   "is missing: storage.gcs.credentials.private_key is given");
	if (!key && given->client_email[0])
		load_error(load, "storage.gcs.credentials.private_key",
			   "is missing: storage.gcs.credentials.client_email is given");
	if (key && gcs->keyfile[0])
		load_warn(load, "storage.gcs.keyfile", "is used; storage.gcs.credentials is not");
	if (!form_is_url(given->token_uri))
		load_error(load, "storage.gcs.credentials.token_uri", "must be a URL, not %s",
			   value_quote(given->token_uri, load->arena));
	if (strcspn(given->universe_domain, "/:@?#% ") != strlen(given->universe_domain))
		load_error(load, "storage.gcs.credentials.universe_domain", "must be a domain like googleapis.com, not %s",
			   value_quote(given->universe_domain, load->arena));
}

static const char *check_gcs_url(struct load *load, const char *key, const char *url)
{
	if (url[0] && !form_is_url(url))
		load_error(load, key, "must be a URL like https://storage.googleapis.com, not %s",
			   value_quote(url, load->arena));
	return form_without_slash(load, url);
}

void check_gcs(struct load *load)
{
	struct gcs_settings *gcs = &load->config->storage.gcs;

	check_gcs_bucket(load);
	check_account(load);
	gcs->endpoint = check_gcs_url(load, "storage.gcs.endpoint", gcs->endpoint);
	gcs->iamendpoint = check_gcs_url(load, "storage.gcs.iamendpoint", gcs->iamendpoint);
	gcs->rootdirectory = form_root(load, gcs->rootdirectory);
	if (gcs->chunksize % CHUNK != 0)
		load_error(load, "storage.gcs.chunksize", "must be a multiple of %lld, not %lld", (long long)CHUNK,
			   (long long)gcs->chunksize);
}
