/* SPDX-License-Identifier: MIT */
/* Whole objects, by the JSON API. */
#include "gcs_request_priv.h"
#include "../service/body_priv.h"
#include "../service/range_priv.h"

bool gcs_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	     struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "POST", .body = *body, .repeatable = true};
	const char *sum = body_crc32c_base64(body, arena), *stored_sum;
	const struct jsondoc *root;
	uint64_t stored;

	if (!sum)
		return gcs_strange(&x, "put", key, "the body cannot be read", error);
	x.url = gcs_upload_url(gcs, key, arena);
	http_exchange_set(&x, "Content-Type", "application/octet-stream");
	if (!gcs_run_one(gcs, &x, arena) || x.status != 200)
		return gcs_failed(gcs, &x, "put", key, arena, error);
	root = jsondoc_parse(x.answer, arena);
	stored_sum = jsondoc_text(root, "crc32c");
	if (!gcs_size(root, "size", &stored) || stored != body->length)
		return gcs_strange(&x, "put", key, "the object has another size", error);
	if (stored_sum && strcmp(stored_sum, sum) != 0)
		return gcs_strange(&x, "put", key, "the object has another checksum", error);
	return true;
}

bool gcs_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
	      struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "GET", .repeatable = true};

	x.url = gcs_json_url(gcs, arena, "/%s?fields=size", gcs_quote(key, arena));
	*found = false;
	if (!gcs_run_one(gcs, &x, arena))
		return gcs_failed(gcs, &x, "head", key, arena, error);
	if (gcs_is_missing(&x, arena))
		return true;
	if (x.status != 200)
		return gcs_failed(gcs, &x, "head", key, arena, error);
	if (!gcs_size(jsondoc_parse(x.answer, arena), "size", size))
		return gcs_strange(&x, "head", key, "the answer holds no size", error);
	*found = true;
	return true;
}

static struct http_exchange ask_for_object(struct object_service *service, const char *key, struct arena *arena)
{
	return (struct http_exchange){
		.method = "GET",
		.url = gcs_json_url(gcs_of(service), arena, "/%s?alt=media", gcs_quote(key, arena)),
		.repeatable = true,
	};
}

static bool run_range(struct object_service *service, struct http_exchange *exchange, struct arena *arena,
		      struct error *error)
{
	(void)error;
	return gcs_run_one(gcs_of(service), exchange, arena);
}

static bool range_refused(struct object_service *service, const struct http_exchange *exchange, const char *key,
			  struct arena *arena, struct error *error)
{
	return gcs_failed(gcs_of(service), exchange, "get", key, arena, error);
}

static bool range_failed(struct object_service *service, const struct http_exchange *exchange, const char *key,
			 const char *why, struct arena *arena, struct error *error)
{
	return exchange->status ? gcs_strange(exchange, "get", key, why, error)
				: gcs_failed(gcs_of(service), exchange, "get", key, arena, error);
}

bool gcs_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	     void *context, struct arena *arena, struct error *error)
{
	static const struct range_calls calls = {"Range", ask_for_object, run_range, range_refused, range_failed};

	return range_read(&calls, service, key, offset, length, sink, context, arena, error);
}

bool gcs_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "DELETE", .repeatable = true};

	x.url = gcs_json_url(gcs, arena, "/%s", gcs_quote(key, arena));
	if (gcs_run_one(gcs, &x, arena) && (x.status == 204 || x.status == 200 || gcs_is_missing(&x, arena)))
		return true;
	return gcs_failed(gcs, &x, "remove", key, arena, error);
}

/* ---- copies ---- */

#define REWRITES_MAX 1000 /* within a bucket there is one */

struct rewrite {
	const char *token; /* NULL: the first call, or done */
	uint64_t size;
	bool done;
};

/* Without a token to go on with the copy is there, and its size is told. */
static bool read_rewrite(struct rewrite *out, const struct http_exchange *x, struct arena *arena)
{
	const struct jsondoc *root = jsondoc_parse(x->answer, arena);
	const char *token = jsondoc_text(root, "rewriteToken");

	out->done = !token || !token[0];
	out->token = token;
	return out->done ? gcs_size(jsondoc_get(root, "resource"), "size", &out->size)
			 : gcs_size(root, "objectSize", &out->size);
}

/* Within one location and storage class the first call is the last; across them each call moves a part of the bytes. */
bool gcs_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
	      struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.status = 0};
	const char *path = arena_printf(arena, "/%s/rewriteTo/b/%s/o/%s?fields=rewriteToken,objectSize,resource(size)",
					gcs_quote(from, arena), gcs->bucket, gcs_quote(to, arena));
	struct rewrite rewrite = {.token = NULL};

	for (unsigned calls = 0; !rewrite.done && calls < REWRITES_MAX; calls++) {
		x = (struct http_exchange){.method = "POST", .repeatable = true};
		x.url = gcs_json_url(gcs, arena, "%s%s%s", path, rewrite.token ? "&rewriteToken=" : "",
				     rewrite.token ? gcs_quote(rewrite.token, arena) : "");
		if (!gcs_run_one(gcs, &x, arena) || x.status != 200)
			return gcs_failed(gcs, &x, "copy", from, arena, error);
		if (!read_rewrite(&rewrite, &x, arena) || rewrite.size != size)
			return gcs_strange(&x, "copy", from, "the answer is no rewrite of these bytes", error);
	}
	return rewrite.done || gcs_strange(&x, "copy", from, "the copy does not come to its end", error);
}
