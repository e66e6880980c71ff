/* SPDX-License-Identifier: MIT */
/* Whole objects: put, head, get, remove, sign. */
#include <inttypes.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "s3_service.h"
#include "s3_sign.h"

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

struct reading {
	store_sink_fn *sink;
	void *context;
	uint64_t left;
	bool gone; /* the receiver */
};

/* Never more than was asked for, whatever comes. */
static bool pass_on(void *context, const void *bytes, size_t len)
{
	struct reading *reading = context;

	if (len > reading->left)
		return false;
	reading->left -= len;
	reading->gone = !reading->sink(reading->context, bytes, len);
	return !reading->gone;
}

/* One answer's worth of it. *again: something came, or the keys are fresh now. */
static bool read_on(struct s3_service *s3, const char *key, uint64_t first, struct reading *reading, bool *again,
		    struct arena *arena, struct error *error)
{
	struct http_exchange exchange = s3_exchange(s3, "GET", key, "", arena);
	uint64_t before = reading->left;
	bool answered;

	http_exchange_set(&exchange, "Range",
			  arena_printf(arena, "bytes=%" PRIu64 "-%" PRIu64, first, first + reading->left - 1));
	exchange.sink = pass_on;
	exchange.sink_context = reading;
	exchange.partial = first > 0;
	answered = http_client_run(s3->client, &exchange, arena);
	if (reading->left == 0)
		return true;
	if (reading->gone)
		return error_unavailable(error, 0);
	if (*again && answered && s3_renew(s3, &exchange, arena)) {
		*again = false;
		return true;
	}
	if (answered && !s3_fine(&exchange))
		return s3_refused(s3, &exchange, arena, error);
	*again = !answered && reading->left < before;
	if (*again)
		return true;
	log_error("%s: GET %s: %s, %" PRIu64 " bytes are missing", s3->dialect->name, key,
		  answered ? "the answer is too short" : exchange.failure, reading->left);
	return error_unavailable(error, S3_RETRY_AFTER);
}

/* A body that breaks off is asked for again from there, as long as each answer brings something. */
bool s3_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	    void *context, struct arena *arena, struct error *error)
{
	struct reading reading = {sink, context, length, false};
	bool again = true;

	while (reading.left > 0)
		if (!read_on(s3_of(service), key, offset + length - reading.left, &reading, &again, arena, error))
			return false;
	return true;
}
