/* SPDX-License-Identifier: MIT */
/* Requests of OSS: their fields and signatures. */
#include "oss_request_priv.h"

#include "../service/body_priv.h"
#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "oss_sign_priv.h"

static struct oss_signer oss_signer_of(const struct s3 *s3)
{
	return (struct oss_signer){
		.access_key = s3->credentials.keys.access_key,
		.secret_key = s3->credentials.keys.secret_key,
		.region = s3->endpoint.region,
		.bucket = s3->settings.bucket,
		.now = http_client_now(),
	};
}

static bool oss_prepare(struct http_exchange *exchange, struct service_call *call, bool v1, struct arena *arena)
{
	struct oss_signer signer = oss_signer_of((const struct s3 *)call->service);
	char *date = arena_alloc(arena, TIMETEXT_MAX);
	struct oss_signed request;

	if (exchange->body.length > 0) {
		call->sum = call->sum ? call->sum : body_md5_base64(&exchange->body, arena);
		if (!call->sum) {
			exchange->failure = "the body cannot be read";
			return false;
		}
		http_exchange_set(exchange, "Content-MD5", call->sum);
	}
	if (v1) {
		http_exchange_set(exchange, "Date", timetext_http(date, signer.now));
	} else {
		http_exchange_set(exchange, "x-oss-date", timetext_basic(date, signer.now));
		http_exchange_set(exchange, "x-oss-content-sha256", "UNSIGNED-PAYLOAD");
	}
	request = (struct oss_signed){exchange->method, call->key, call->query, exchange->fields, exchange->field_count};
	http_exchange_set(exchange, "Authorization",
			  v1 ? oss_v1_header(&signer, &request, arena) : oss_v4_header(&signer, &request, arena));
	return true;
}

bool oss_prepare_v1(struct http_exchange *exchange, void *context, struct arena *arena)
{
	return oss_prepare(exchange, context, true, arena);
}

bool oss_prepare_v4(struct http_exchange *exchange, void *context, struct arena *arena)
{
	return oss_prepare(exchange, context, false, arena);
}

typedef char *oss_query_fn(const struct oss_signer *signer, const struct oss_signed *request, unsigned seconds,
			   struct arena *arena);

static char *signed_url(const struct s3 *s3, const char *method, const char *key, unsigned seconds, oss_query_fn *query,
			struct arena *arena)
{
	struct oss_signer signer = oss_signer_of(s3);
	struct oss_signed request = {.method = method, .key = key, .query = ""};

	return arena_printf(arena, "%s%s?%s", s3->endpoint.base, percent_encode(arena, span_of(key), "/"),
			    query(&signer, &request, seconds, arena));
}

char *oss_url_v1(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena)
{
	return signed_url(s3, method, key, seconds, oss_v1_query, arena);
}

char *oss_url_v4(const struct s3 *s3, const char *method, const char *key, unsigned seconds, struct arena *arena)
{
	return signed_url(s3, method, key, seconds, oss_v4_query, arena);
}

void oss_set_object_fields(const struct s3 *s3, struct http_exchange *exchange)
{
	http_exchange_set(exchange, "Content-Type", "application/octet-stream");
	if (s3->settings.keyid[0]) {
		http_exchange_set(exchange, "x-oss-server-side-encryption", "KMS");
		http_exchange_set(exchange, "x-oss-server-side-encryption-key-id", s3->settings.keyid);
	} else if (s3->settings.encrypt) {
		http_exchange_set(exchange, "x-oss-server-side-encryption", "AES256");
	}
}
