/* SPDX-License-Identifier: MIT */
/* Whole objects, by the JSON API. */
#include "gcs_object_priv.h"

#include <string.h>

#include "berth/base/json_read.h"
#include "../service/body_priv.h"
#include "../service/range_priv.h"
#include "gcs_refusal_priv.h"
#include "gcs_request_priv.h"

bool gcs_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	     struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = gcs_exchange(gcs, "POST", gcs_upload_url(gcs, key, arena), key, arena);
	const char *sum = body_crc32c_base64(body, arena), *stored_sum;
	const struct json *root;
	uint64_t stored;

	if (!sum)
		return service_failed(&x, "the body cannot be read", error);
	x.body = *body;
	http_exchange_set(&x, "Content-Type", "application/octet-stream");
	if (!service_run_fine(&x, arena, error))
		return false;
	root = json_read(arena, x.answer, NULL);
	stored_sum = json_get_string(root, "crc32c");
	if (!gcs_size(root, "size", &stored) || stored != body->length)
		return service_failed(&x, "the object has another size", error);
	if (stored_sum && strcmp(stored_sum, sum) != 0)
		return service_failed(&x, "the object has another checksum", error);
	return true;
}

bool gcs_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
	      struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	const char *url = gcs_json_url(gcs, arena, "/%s?fields=size", gcs_quote(key, arena));
	struct http_exchange x = gcs_exchange(gcs, "GET", url, key, arena);

	*found = false;
	if (!service_run(&x, arena, error))
		return false;
	if (gcs_is_missing(&x, arena))
		return true;
	if (!service_fine(&x))
		return service_refused(&x, error);
	*found = gcs_size(json_read(arena, x.answer, NULL), "size", size);
	return *found || service_failed(&x, "the answer holds no size", error);
}

static struct http_exchange gcs_ask(struct object_service *service, const char *key, struct arena *arena)
{
	const char *url = gcs_json_url(gcs_of(service), arena, "/%s?alt=media", gcs_quote(key, arena));

	return gcs_exchange(gcs_of(service), "GET", url, key, arena);
}

bool gcs_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	     void *context, struct arena *arena, struct error *error)
{
	return range_read(gcs_ask, service, key, offset, length, sink, context, arena, error);
}

bool gcs_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x =
		gcs_exchange(gcs, "DELETE", gcs_json_url(gcs, arena, "/%s", gcs_quote(key, arena)), key, arena);

	return service_run(&x, arena, error) &&
	       (service_fine(&x) || gcs_is_missing(&x, arena) || service_refused(&x, error));
}
