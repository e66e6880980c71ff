/* SPDX-License-Identifier: MIT */
/* Single blobs: put, head, get, remove. */
#include "azure_object_priv.h"

#include "../service/body_priv.h"
#include "../service/range_priv.h"
#include "azure_refusal_priv.h"
#include "azure_request_priv.h"

bool azure_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	       struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "PUT", key, "", arena);
	const char *md5 = body_md5_base64(body, arena);
	bool is_there;

	exchange.body = *body;
	http_exchange_set(&exchange, "x-ms-blob-type", "BlockBlob");
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	if (md5)
		http_exchange_set(&exchange, "Content-MD5", md5);
	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status == 201)
		return true;
	/* distribution wrote append blobs, which nothing replaces; keys name their content, so that one will do */
	if (azure_code_is(&exchange, "InvalidBlobType")) {
		if (!service_is_there(&azure->service, key, body->length, &is_there, arena, error))
			return false;
		if (is_there)
			return true;
	}
	return service_refused(&exchange, error);
}

/* A blob that a copy is still making is none yet. */
static bool is_pending(const struct http_exchange *exchange)
{
	return span_is(http_exchange_header(exchange, "x-ms-copy-status"), "pending");
}

bool azure_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
		struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "HEAD", key, "", arena);

	*found = false;
	if (!service_run(&exchange, arena, error))
		return false;
	if (azure_is_missing(&exchange))
		return true;
	if (exchange.status != 200)
		return service_refused(&exchange, error);
	*found = !is_pending(&exchange);
	if (!span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return service_failed(&exchange, "the answer has no length", error);
	return true;
}

static struct http_exchange azure_ask(struct object_service *service, const char *key, struct arena *arena)
{
	return azure_exchange(azure_of(service), "GET", key, "", arena);
}

bool azure_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context, struct arena *arena, struct error *error)
{
	return range_read(azure_ask, service, key, offset, length, sink, context, arena, error);
}

bool azure_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "DELETE", key, "", arena);

	http_exchange_set(&exchange, "x-ms-delete-snapshots", "include");
	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status == 202 || (azure_is_missing(&exchange)))
		return true;
	return service_refused(&exchange, error);
}
