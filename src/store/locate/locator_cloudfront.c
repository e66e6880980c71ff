/* SPDX-License-Identifier: MIT */
/*
 * `cloudfront`: URLs signed with a canned policy ("Creating a signed URL using a canned policy", Amazon CloudFront Developer
 * Guide): RSA with SHA-1 over the policy, in a Base64 that needs no encoding in a query. Clients inside Amazon's network may
 * be sent to the bucket instead, which costs nothing there.
 */
#include "locator_priv.h"

#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

#include "berth/base/base64.h"
#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/http/client.h"

#define SIGNATURE_MAX 1024 /* of a key of 8192 bits */

struct cloudfront {
	const char *base_url; /* a slash at its end */
	const char *prefix;
	const char *key_pair_id;
	EVP_PKEY *key;
	unsigned seconds;
	const struct aws_ranges *ranges;
};

/* Without it OpenSSL would ask for a password on the terminal. */
static int no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return 0;
}

static EVP_PKEY *read_key(const char *path, char *reason, size_t size)
{
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = file ? PEM_read_PrivateKey(file, NULL, no_password, NULL) : NULL;

	if (!file)
		(void)snprintf(reason, size, "cloudfront: privatekey %s: %m", path);
	else if (!key || EVP_PKEY_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_size(key) > SIGNATURE_MAX) {
		(void)snprintf(reason, size, "cloudfront: privatekey %s: no RSA key in PEM without a password", path);
		EVP_PKEY_free(key);
		key = NULL;
	}
	if (file)
		fclose(file);
	return key;
}

static void free_key(void *key)
{
	EVP_PKEY_free(key);
}

static bool cloudfront_open(struct locator *self, const struct locator_settings *settings, char *reason, size_t size)
{
	struct cloudfront *cloudfront = arena_alloc(self->arena, sizeof *cloudfront);
	struct span base = span_of(settings->base_url);

	*cloudfront = (struct cloudfront){
		.base_url = arena_printf(self->arena, "%s%s", settings->base_url,
					 base.len && base.ptr[base.len - 1] == '/' ? "" : "/"),
		.prefix = percent_encode(self->arena, span_of(settings->key_prefix), "/"),
		.key_pair_id = arena_strdup(self->arena, settings->key_pair_id),
		.seconds = settings->seconds,
		.ranges = settings->ranges,
		.key = read_key(settings->private_key, reason, size),
	};
	self->state = cloudfront;
	if (cloudfront->key)
		arena_defer(self->arena, free_key, cloudfront->key);
	return cloudfront->key != NULL;
}

static bool sign_policy(const struct cloudfront *cloudfront, const char *policy, unsigned char *out, size_t *len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context && EVP_DigestSignInit(context, NULL, EVP_sha1(), NULL, cloudfront->key) == 1 &&
		  EVP_DigestSign(context, out, len, (const unsigned char *)policy, strlen(policy)) == 1;

	EVP_MD_CTX_free(context);
	return ok;
}

/* Amazon's own replacement of the characters that have a meaning in a query. */
static char *url_safe(char *text)
{
	static const char from[] = "+=/", to[] = "-_~";

	for (char *at = text; *at; at++) {
		const char *hit = strchr(from, *at);

		if (hit)
			*at = to[hit - from];
	}
	return text;
}

static bool cloudfront_find(const struct locator *self, const struct locator_query *query, struct store_location *out,
			    struct arena *arena, struct error *error)
{
	const struct cloudfront *cloudfront = self->state;
	unsigned char signature[SIGNATURE_MAX];
	size_t len = sizeof signature;
	const char *url, *policy;
	int64_t until;

	if (cloudfront->ranges && aws_ranges_contain(cloudfront->ranges, query->client->address))
		return locator_ask_next(self, query, out, arena, error);
	until = http_client_now() + cloudfront->seconds;
	url = arena_printf(arena, "%s%s%s", cloudfront->base_url, cloudfront->prefix, query->path);
	policy = arena_printf(
		arena,
		"{\"Statement\":[{\"Resource\":\"%s\",\"Condition\":{\"DateLessThan\":{\"AWS:EpochTime\":%" PRId64 "}}}]}",
		url, until);
	if (!sign_policy(cloudfront, policy, signature, &len)) {
		log_error("cloudfront: a URL cannot be signed");
		return error_unavailable(error, 0);
	}
	*out = (struct store_location){
		.place = STORE_PLACE_URL,
		.url = arena_printf(arena, "%s?Expires=%" PRId64 "&Signature=%s&Key-Pair-Id=%s", url, until,
				    url_safe(base64_encode(arena, signature, len)), cloudfront->key_pair_id),
	};
	return true;
}

const struct locator_ops locator_cloudfront = {cloudfront_open, cloudfront_find};
