/* SPDX-License-Identifier: MIT */
/* Whole objects: put, head, get, remove, sign. */
#include "s3_object_priv.h"

#include "../service/range_priv.h"
#include "s3_refusal_priv.h"
#include "s3_request_priv.h"

bool s3_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	    struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "PUT", key, "", arena);

	exchange.body = *body;
	s3->dialect->set_object_fields(s3, &exchange);
	return service_run_fine(&exchange, arena, error);
}

bool s3_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
	     struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "HEAD", key, "", arena);

	if (!service_run(&exchange, arena, error))
		return false;
	*found = service_fine(&exchange);
	if (exchange.status == 404)
		return true;
	if (*found && span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return true;
	return service_refused(&exchange, error);
}

bool s3_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "DELETE", key, "", arena);

	if (!service_run(&exchange, arena, error))
		return false;
	return service_fine(&exchange) || s3_code_is(&exchange, "NoSuchKey", arena) || service_refused(&exchange, error);
}

bool s3_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
	     struct arena *arena, struct error *error)
{
	struct s3 *s3 = s3_of(service);

	if (!service_ready(&s3->service, arena, error))
		return false;
	*out = s3->dialect->sign_url(s3, verb == OBJECT_HEAD ? "HEAD" : "GET", key, seconds, arena);
	return true;
}

static struct http_exchange s3_ask(struct object_service *service, const char *key, struct arena *arena)
{
	return s3_exchange(s3_of(service), "GET", key, "", arena);
}

bool s3_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	    void *context, struct arena *arena, struct error *error)
{
	return range_read(s3_ask, service, key, offset, length, sink, context, arena, error);
}
