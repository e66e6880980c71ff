/* SPDX-License-Identifier: MIT */
/* Whole objects: put, head, get, remove, sign. */
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "s3_request_priv.h"
#include "s3_sign_priv.h"
#include "../service/range_priv.h"

bool s3_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	    struct error *error)
{
	struct s3_service *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "PUT", key, "", arena);

	exchange.body = *body;
	s3_set_object_fields(s3, &exchange);
	return s3_run_one(s3, &exchange, arena, error);
}

bool s3_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
	     struct error *error)
{
	struct s3_service *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "HEAD", key, "", arena);

	if (!s3_run(s3, &exchange, 1, 1, arena, error))
		return false;
	*found = s3_fine(&exchange);
	if (exchange.status == 404)
		return true;
	if (*found && span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return true;
	return s3_refused(s3, &exchange, arena, error);
}

bool s3_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct s3_service *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "DELETE", key, "", arena);

	if (!s3_run(s3, &exchange, 1, 1, arena, error))
		return false;
	return s3_fine(&exchange) || strcmp(s3_code(&exchange, arena), "NoSuchKey") == 0 ||
	       s3_refused(s3, &exchange, arena, error);
}

char *s3_amazon_url(const struct s3_service *s3, const struct s3_keys *keys, const char *method, const char *key,
		    unsigned seconds, struct arena *arena)
{
	const char *url = arena_printf(arena, "%s%s", s3->endpoint.base, percent_encode(arena, span_of(key), "/"));
	struct s3_signer signer = {keys->access_key, keys->secret_key, keys->token, s3->endpoint.region, "s3",
				   http_client_now()};

	return s3_sign_url(&signer, method, url, seconds, arena);
}

bool s3_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
	     struct arena *arena, struct error *error)
{
	struct s3_service *s3 = s3_of(service);
	const struct s3_keys *keys = s3_credentials_get(s3->credentials);

	if (!keys)
		return error_unavailable(error, S3_RETRY_AFTER);
	*out = s3->dialect->sign_url(s3, keys, verb == OBJECT_HEAD ? "HEAD" : "GET", key, seconds, arena);
	return true;
}

/* ---- reading a range ---- */

static struct http_exchange ask_for_object(struct object_service *service, const char *key, struct arena *arena)
{
	return s3_exchange(s3_of(service), "GET", key, "", arena);
}

static bool run_range(struct object_service *service, struct http_exchange *exchange, struct arena *arena,
		      struct error *error)
{
	(void)error;
	return s3_run_quietly(s3_of(service), exchange, 1, 1, arena);
}

static bool range_refused(struct object_service *service, const struct http_exchange *exchange, const char *key,
			  struct arena *arena, struct error *error)
{
	(void)key;
	return s3_refused(s3_of(service), exchange, arena, error);
}

static bool range_failed(struct object_service *service, const struct http_exchange *exchange, const char *key,
			 const char *why, struct arena *arena, struct error *error)
{
	(void)arena;
	log_error("%s: GET %s: %s (%u attempts)", s3_of(service)->dialect->name, key, why, exchange->attempts);
	return error_unavailable(error, S3_RETRY_AFTER);
}

bool s3_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	    void *context, struct arena *arena, struct error *error)
{
	static const struct range_calls calls = {"Range", ask_for_object, run_range, range_refused, range_failed};

	return range_read(&calls, service, key, offset, length, sink, context, arena, error);
}
