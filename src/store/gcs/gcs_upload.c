/* SPDX-License-Identifier: MIT */
/* Uploads in parts: the XML API's multipart uploads, under a bearer token. */
#include "gcs_upload_priv.h"

#include <string.h>

#include "../service/body_priv.h"
#include "../service/multipart_priv.h"
#include "gcs_refusal_priv.h"
#include "gcs_request_priv.h"

/* A request about the whole upload. */
static struct http_exchange upload_exchange(struct gcs *gcs, const char *method, const struct object_upload *upload,
					    struct arena *arena)
{
	const char *query = arena_printf(arena, "uploadId=%s", gcs_quote(upload->id, arena));

	return gcs_exchange(gcs, method, gcs_xml_url(gcs, upload->key, query, arena), upload->key, arena);
}

/* May be repeated: when an id is lost with its answer, list_unfinished finds the upload. */
bool gcs_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
	       struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = gcs_exchange(gcs, "POST", gcs_xml_url(gcs, key, "uploads", arena), key, arena);

	http_exchange_set(&x, "Content-Type", "application/octet-stream");
	if (!service_run_fine(&x, arena, error))
		return false;
	return multipart_take_id(out, xml_parse(x.answer, arena), key, arena) ||
	       service_failed(&x, "the answer holds no upload id", error);
}

/* The checksum is computed when the part's turn has come, so that what is read is still in memory when it is sent. */
static bool prepare_part(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct service_call *call = context;

	if (!call->sum)
		call->sum = body_crc32c_base64(&exchange->body, arena);
	if (!call->sum) {
		exchange->failure = "the part cannot be read";
		return false;
	}
	http_exchange_set(exchange, "x-goog-hash", arena_printf(arena, "crc32c=%s", call->sum));
	return gcs_prepare(exchange, context, arena);
}

bool gcs_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	for (size_t i = 0; i < count; i++) {
		const char *query =
			arena_printf(arena, "partNumber=%u&uploadId=%s", parts[i].number, gcs_quote(upload->id, arena));

		list[i] = gcs_exchange(gcs, "PUT", gcs_xml_url(gcs, upload->key, query, arena), upload->key, arena);
		list[i].body = parts[i].body;
		list[i].prepare = prepare_part;
	}
	if (!service_run_all(list, count, gcs->at_once, arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!service_fine(&list[i]))
			return service_refused(&list[i], error);
		if (!multipart_take_tag(&parts[i], http_exchange_header(&list[i], "ETag")))
			return service_failed(&list[i], "there is no ETag", error);
		parts[i].size = parts[i].body.length;
	}
	return true;
}

bool gcs_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		  size_t count, struct arena *arena, struct error *error)
{
	struct http_exchange x = upload_exchange(gcs_of(service), "POST", upload, arena);
	const struct xml *root;
	bool is_there = false;

	x.body = http_body_bytes(multipart_body("", parts, count, arena));
	http_exchange_set(&x, "Content-Type", "application/xml");
	if (!service_run(&x, arena, error))
		return false;
	/* An earlier try, or another upload of the same key, may have made the object. */
	if (x.status == 404 &&
	    !service_is_there(service_of(service), upload->key, multipart_size(parts, count), &is_there, arena, error))
		return false;
	if (is_there)
		return true;
	if (!service_fine(&x))
		return service_refused(&x, error);
	root = xml_parse(x.answer, arena);
	if (!root || strcmp(xml_name(root), "CompleteMultipartUploadResult") != 0)
		return service_failed(&x, "the answer tells of no object", error);
	return true;
}

bool gcs_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		 size_t count, struct arena *arena, struct error *error)
{
	struct http_exchange x = upload_exchange(gcs_of(service), "DELETE", upload, arena);

	(void)parts, (void)count;
	return service_run(&x, arena, error) &&
	       (service_fine(&x) || gcs_is_missing(&x, arena) || service_refused(&x, error));
}
