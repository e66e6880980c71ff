/* SPDX-License-Identifier: MIT */
/* Uploads in parts: the XML API's multipart uploads, under a bearer token. */
#include "berth/base/strbuf.h"
#include "gcs_request_priv.h"
#include "../service/body_priv.h"
#include "../service/xml_priv.h"

#define COMPLETE_MAX ((size_t)2 << 20) /* 10,000 parts of some 130 bytes */

static const char *part_query(const struct object_upload *upload, unsigned number, struct arena *arena)
{
	return arena_printf(arena, "partNumber=%u&uploadId=%s", number, gcs_quote(upload->id, arena));
}

static const char *upload_query(const struct object_upload *upload, struct arena *arena)
{
	return arena_printf(arena, "uploadId=%s", gcs_quote(upload->id, arena));
}

/* Repeatable: an upload whose id is lost is found by list_unfinished. */
bool gcs_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
	       struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "POST", .repeatable = true};
	const char *id;

	x.url = gcs_xml_url(gcs, key, "uploads", arena);
	http_exchange_set(&x, "Content-Type", "application/octet-stream");
	if (!gcs_run_one(gcs, &x, arena) || x.status != 200)
		return gcs_failed(gcs, &x, "begin upload", key, arena, error);
	id = xml_text(xml_parse(x.answer, arena), "UploadId", arena);
	if (!id || !id[0] || strlen(id) > OBJECT_ID_MAX)
		return gcs_strange(&x, "begin upload", key, "the answer holds no upload id", error);
	*out = (struct object_upload){arena_strdup(arena, key), id};
	return true;
}

static bool take_tag(struct object_part *part, const struct http_exchange *x)
{
	struct span tag = http_exchange_header(x, "ETag");

	if (tag.len == 0 || tag.len >= sizeof part->tag)
		return false;
	memcpy(part->tag, tag.ptr, tag.len);
	part->tag[tag.len] = '\0';
	part->size = part->body.length;
	return true;
}

/* A part on its way: its checksum is computed when its turn has come, so that what is read is still in memory when it
 * is sent. */
struct sending {
	struct gcs *gcs;
	const char *sum;
};

static bool prepare_part(struct http_exchange *exchange, void *context, struct arena *arena)
{
	struct sending *sending = context;
	const char *sum = sending->sum ? sending->sum : body_crc32c_base64(&exchange->body, arena);

	if (!sum) {
		exchange->failure = "the part cannot be read";
		return false;
	}
	sending->sum = sum;
	http_exchange_set(exchange, "x-goog-hash", arena_printf(arena, "crc32c=%s", sum));
	return gcs_authorize(exchange, sending->gcs, arena);
}

bool gcs_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange *list = arena_array(arena, count, sizeof *list);
	struct sending *sending = arena_array(arena, count, sizeof *sending);

	for (size_t i = 0; i < count; i++) {
		sending[i].gcs = gcs;
		list[i] = (struct http_exchange){
			.method = "PUT",
			.body = parts[i].body,
			.repeatable = true,
			.prepare = prepare_part,
			.context = &sending[i],
		};
		list[i].url = gcs_xml_url(gcs, upload->key, part_query(upload, parts[i].number, arena), arena);
	}
	(void)gcs_run(gcs, list, count, arena);
	for (size_t i = 0; i < count; i++)
		if (list[i].status && list[i].status != 200)
			return gcs_failed(gcs, &list[i], "put part", upload->key, arena, error);
	for (size_t i = 0; i < count; i++) {
		if (!list[i].status)
			return gcs_failed(gcs, &list[i], "put part", upload->key, arena, error);
		if (!take_tag(&parts[i], &list[i]))
			return gcs_strange(&list[i], "put part", upload->key, "there is no ETag", error);
	}
	return true;
}

/* An earlier try, or another upload of the same key, may have made the object. */
static bool is_there(struct object_service *service, const char *key, uint64_t size, struct arena *arena,
		     struct error *error)
{
	uint64_t stored;
	bool found;

	return gcs_head(service, key, &found, &stored, arena, error) && found && stored == size;
}

static struct span part_list(const struct object_part *parts, size_t count, uint64_t *size, struct arena *arena)
{
	struct strbuf body;

	*size = 0;
	strbuf_init(&body, arena, COMPLETE_MAX);
	strbuf_adds(&body, "<CompleteMultipartUpload>");
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(&body, "<Part><PartNumber>%u</PartNumber><ETag>%s</ETag></Part>", parts[i].number,
			    xml_escape(parts[i].tag, arena));
		*size += parts[i].size;
	}
	strbuf_adds(&body, "</CompleteMultipartUpload>");
	return strbuf_ok(&body) ? strbuf_span(&body) : (struct span){NULL, 0};
}

bool gcs_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		  size_t count, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "POST", .repeatable = true};
	const struct xml *root;
	uint64_t size;

	x.url = gcs_xml_url(gcs, upload->key, upload_query(upload, arena), arena);
	x.body = http_body_bytes(part_list(parts, count, &size, arena));
	http_exchange_set(&x, "Content-Type", "application/xml");
	if (!gcs_run_one(gcs, &x, arena) || (x.status != 200 && x.status != 404))
		return gcs_failed(gcs, &x, "complete upload", upload->key, arena, error);
	if (x.status == 404 && is_there(service, upload->key, size, arena, error))
		return true;
	if (x.status == 404)
		return !error_is_set(error) && gcs_failed(gcs, &x, "complete upload", upload->key, arena, error);
	root = xml_parse(x.answer, arena);
	if (!root || strcmp(xml_name(root), "CompleteMultipartUploadResult") != 0)
		return gcs_strange(&x, "complete upload", upload->key, "the answer tells of no object", error);
	return true;
}

bool gcs_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		 size_t count, struct arena *arena, struct error *error)
{
	struct gcs *gcs = gcs_of(service);
	struct http_exchange x = {.method = "DELETE", .repeatable = true};

	(void)parts;
	(void)count;
	x.url = gcs_xml_url(gcs, upload->key, upload_query(upload, arena), arena);
	if (gcs_run_one(gcs, &x, arena) && (x.status == 204 || x.status == 200 || gcs_is_missing(&x, arena)))
		return true;
	return gcs_failed(gcs, &x, "abandon upload", upload->key, arena, error);
}
