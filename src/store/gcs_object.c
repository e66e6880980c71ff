/* SPDX-License-Identifier: MIT */
/* Whole objects, by the JSON API. */
#include <inttypes.h>

#include "gcs_priv.h"

bool gcs_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	     struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "POST", .body = *body, .repeatable = true};
	const char *sum = gcs_checksum(body, arena), *stored_sum;
	const struct jsondoc *root;
	uint64_t stored;

	if (!sum)
		return error_set(error, E_UNKNOWN);
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

/* Passes pieces on, and knows whether it was the receiver that ended it. */
struct passage {
	store_sink_fn *sink;
	void *context;
	uint64_t left;
	bool receiver_gone;
	bool too_long;
};

static bool pass(void *context, const void *bytes, size_t len)
{
	struct passage *passage = context;

	if (len > passage->left) {
		passage->too_long = true;
		return false;
	}
	passage->left -= len;
	passage->receiver_gone = !passage->sink(passage->context, bytes, len);
	return !passage->receiver_gone;
}

bool gcs_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	     void *context, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct passage passage = {.sink = sink, .context = context, .left = length};
	struct http_exchange x = {.method = "GET", .repeatable = true, .sink = pass, .sink_context = &passage};
	bool answered;

	if (length == 0)
		return true;
	x.url = gcs_json_url(gcs, arena, "/%s?alt=media", gcs_quote(key, arena));
	http_exchange_set(&x, "Range", arena_printf(arena, "bytes=%" PRIu64 "-%" PRIu64, offset, offset + length - 1));
	answered = gcs_run_one(gcs, &x, arena);
	if (passage.receiver_gone)
		return error_set(error, E_UNAVAILABLE);
	if (passage.too_long || (answered && x.status == 200 && offset > 0))
		return gcs_strange(&x, "get", key, "the range was not kept to", error);
	if (!answered || (x.status != 206 && x.status != 200))
		return gcs_failed(gcs, &x, "get", key, arena, error);
	return passage.left == 0 || gcs_strange(&x, "get", key, "the body is too short", error);
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
