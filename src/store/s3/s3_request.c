/* SPDX-License-Identifier: MIT */
/* Requests of the s3 service. */
#include "s3_request_priv.h"

#include <string.h>

#include "../service/body_priv.h"
#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "s3_sign_priv.h"

static const char *sum_of(const struct s3 *s3, const struct http_client_body *body, struct arena *arena)
{
	if (s3->settings.checksum_disabled && s3->endpoint.secure && body->length > 0)
		return S3_UNSIGNED;
	return body_sha256_hex(body, arena);
}

static struct s3_signer s3_signer_of(const struct s3 *s3)
{
	const struct s3_keys *keys = &s3->credentials.keys;

	return (struct s3_signer){keys->access_key, keys->secret_key, keys->token, s3->endpoint.region, "s3",
				  http_client_now()};
}

bool s3_prepare(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct service_call *call = context;
	const struct s3 *s3 = (const struct s3 *)call->service;
	char *date = arena_alloc(arena, TIMETEXT_MAX);
	struct s3_signer signer;
	struct s3_signed request;

	if (!service_authorize(exchange, arena))
		return false;
	if (!call->sum)
		call->sum = sum_of(s3, &exchange->body, arena);
	if (!call->sum) {
		exchange->failure = "the body cannot be read";
		return false;
	}
	signer = s3_signer_of(s3);
	http_exchange_set(exchange, "X-Amz-Date", timetext_basic(date, signer.now));
	http_exchange_set(exchange, "X-Amz-Content-Sha256", call->sum);
	if (secret_is_set(signer.token))
		http_exchange_set(exchange, "X-Amz-Security-Token", arena_strdup(arena, secret_reveal(signer.token)));
	request = (struct s3_signed){exchange->method, exchange->url, exchange->fields, exchange->field_count, call->sum};
	http_exchange_set(exchange, "Authorization", s3_sign_header(&signer, &request, arena));
	return true;
}

static const char *s3_url(const struct s3 *s3, const char *key, struct arena *arena)
{
	return arena_printf(arena, "%s%s", s3->endpoint.base, percent_encode(arena, span_of(key), "/"));
}

char *s3_sign_key(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena)
{
	struct s3_signer signer = s3_signer_of(s3);

	return s3_sign_url(&signer, method, s3_url(s3, key, arena), seconds, arena);
}

struct http_exchange s3_exchange(struct s3 *s3, const char *method, const char *key, const char *query, struct arena *arena)
{
	struct service_call *call = arena_alloc(arena, sizeof *call);

	*call = (struct service_call){.service = &s3->service, .key = key, .query = query};
	return (struct http_exchange){
		.method = method,
		.url = arena_printf(arena, "%s%s%s", s3_url(s3, key, arena), query[0] ? "?" : "", query),
		.repeatable = true,
		.prepare = s3->dialect->prepare,
		.context = call,
	};
}

void s3_set_object_fields(const struct s3 *s3, struct http_exchange *exchange)
{
	const struct s3_settings *settings = &s3->settings;

	http_exchange_set(exchange, "Content-Type", "application/octet-stream");
	if (settings->encrypt)
		http_exchange_set(exchange, "X-Amz-Server-Side-Encryption", settings->keyid[0] ? "aws:kms" : "AES256");
	if (settings->encrypt && settings->keyid[0])
		http_exchange_set(exchange, "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", settings->keyid);
	/* NONE leaves the class to the service. STANDARD is sent, as distribution does. */
	if (strcmp(settings->storageclass, "NONE") != 0)
		http_exchange_set(exchange, "X-Amz-Storage-Class", settings->storageclass);
	/* An object without the header is private, and a bucket without ACLs refuses the header. */
	if (!settings->objectownership && strcmp(settings->objectacl, "private") != 0)
		http_exchange_set(exchange, "X-Amz-Acl", settings->objectacl);
}

void s3_set_copy_source(const struct s3 *s3, struct http_exchange *exchange, const char *key, struct arena *arena)
{
	http_exchange_set(exchange, s3->dialect->copy_source,
			  arena_printf(arena, "/%s/%s", s3->settings.bucket, percent_encode(arena, span_of(key), "/")));
}

const struct xml *s3_document(const struct http_exchange *exchange, const char *name, struct arena *arena,
			      struct error *error)
{
	const struct xml *root = xml_parse(span_trim(exchange->answer), arena);

	if (root && strcmp(xml_name(root), name) == 0)
		return root;
	service_refused(exchange, error);
	return NULL;
}
