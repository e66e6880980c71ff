/* SPDX-License-Identifier: MIT */
/* Copies on the server, by rewrites of the JSON API. */
#include "gcs_copy_priv.h"

#include "berth/base/json_read.h"
#include "gcs_request_priv.h"

#define REWRITES_MAX 1000 /* within a bucket there is one */

struct rewrite {
	const char *token; /* where the next call goes on; "": the first call */
	uint64_t size;
	bool done;
};

/* Reads one answer. Without a token the copy is complete, and the answer has its size. */
static bool read_rewrite(struct rewrite *out, const struct http_exchange *x, struct arena *arena)
{
	const struct json *root = json_read(arena, x->answer, NULL);
	const char *token = json_get_string(root, "rewriteToken");

	out->done = !token || !token[0];
	out->token = token;
	return out->done ? gcs_size(json_get(root, "resource"), "size", &out->size)
			 : gcs_size(root, "objectSize", &out->size);
}

/* Within one location and storage class the first call is the last; across them each call moves a part of the bytes. */
bool gcs_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
	      struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x;
	const char *path = arena_printf(arena, "/%s/rewriteTo/b/%s/o/%s?fields=rewriteToken,objectSize,resource(size)",
					gcs_quote(from, arena), gcs->bucket, gcs_quote(to, arena));
	struct rewrite rewrite = {.token = ""};

	for (unsigned calls = 0; calls < REWRITES_MAX; calls++) {
		x = gcs_exchange(gcs, "POST",
				 gcs_json_url(gcs, arena, "%s%s%s", path, *rewrite.token ? "&rewriteToken=" : "",
					      gcs_quote(rewrite.token, arena)),
				 from, arena);
		if (!service_run_fine(&x, arena, error))
			return false;
		if (!read_rewrite(&rewrite, &x, arena) || rewrite.size != size)
			return service_failed(&x, "the answer is no rewrite of these bytes", error);
		if (rewrite.done)
			return true;
	}
	return service_failed(&x, "the copy does not come to its end", error);
}
