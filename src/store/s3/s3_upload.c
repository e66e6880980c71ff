/* SPDX-License-Identifier: MIT */
/* Objects in parts. Nothing is visible before the completion. */
#include "s3_upload_priv.h"

#include <string.h>
#include <time.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "berth/base/strbuf.h"
#include "s3_object_priv.h"
#include "s3_refusal_priv.h"
#include "s3_request_priv.h"

#define PARTS_AT_ONCE 4
#define PART_XML_MAX 200 /* bytes that a part takes in the body of a completion */
#define COMPLETIONS 3    /* attempts, where a 200 holds an error */
#define COMPLETION_WAIT_MS 200

bool s3_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
	      struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "POST", key, "uploads=", arena);
	const struct xml *root;
	const char *id;

	s3->dialect->set_object_fields(s3, &exchange);
	if (!service_run_fine(&exchange, arena, error))
		return false;
	root = s3_document(&exchange, "InitiateMultipartUploadResult", arena, error);
	if (!root)
		return false;
	id = xml_text(root, "UploadId", arena);
	if (!id || !id[0] || strlen(id) > OBJECT_ID_MAX)
		return service_refused(&exchange, error);
	*out = (struct object_upload){.key = key, .id = id};
	return true;
}

const char *s3_part_query(unsigned number, const char *id, struct arena *arena)
{
	return arena_printf(arena, "partNumber=%u&uploadId=%s", number, percent_encode(arena, span_of(id), ""));
}

bool s3_take_tag(struct object_part *part, struct span tag)
{
	tag = span_trim(tag);
	if (tag.len >= 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"')
		tag = (struct span){tag.ptr + 1, tag.len - 2};
	if (tag.len == 0 || tag.len >= sizeof part->tag)
		return false;
	memcpy(part->tag, tag.ptr, tag.len);
	part->tag[tag.len] = '\0';
	return true;
}

static bool put_batch(struct s3 *s3, const struct object_upload *upload, struct object_part *parts, size_t count,
		      struct arena *arena, struct error *error)
{
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	for (size_t i = 0; i < count; i++) {
		list[i] = s3_exchange(s3, "PUT", upload->key, s3_part_query(parts[i].number, upload->id, arena), arena);
		list[i].body = parts[i].body;
	}
	if (!service_run_all(list, count, PARTS_AT_ONCE, arena, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!service_fine(&list[i]) || !s3_take_tag(&parts[i], http_exchange_header(&list[i], "ETag")))
			return service_refused(&list[i], error);
	return true;
}

bool s3_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		  size_t count, struct arena *arena, struct error *error)
{
	struct arena *scratch = s3_scratch(arena);
	bool ok = true;

	for (size_t done = 0; ok && done < count; done += S3_BATCH) {
		size_t most = count - done < S3_BATCH ? count - done : S3_BATCH;

		ok = put_batch(s3_of(service), upload, parts + done, most, scratch, error);
		arena_clear(scratch);
	}
	arena_release(scratch);
	return ok;
}

/* ---- completion ---- */

static struct span completion_of(const char *xml_namespace, const struct object_part *parts, size_t count,
				 struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, 200 + count * PART_XML_MAX);
	strbuf_addf(&text, "<CompleteMultipartUpload%s>", xml_namespace);
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "<Part><PartNumber>%u</PartNumber><ETag>&quot;%s&quot;</ETag></Part>", parts[i].number,
			    xml_escape(parts[i].tag, arena));
	strbuf_adds(&text, "</CompleteMultipartUpload>");
	return strbuf_span(&text);
}

/* Somebody has completed it: an attempt of ours whose answer was lost, or another node's. */
static bool is_there(struct s3 *s3, const char *key, uint64_t size, struct arena *arena)
{
	struct error ignored;
	uint64_t found_size = 0;
	bool found = false;

	error_init(&ignored, arena);
	return s3_head(&s3->service.base, key, &found, &found_size, arena, &ignored) && found && found_size == size;
}

/* A 200 can hold an error that would have been a 5xx, had it come before the headers. */
static bool is_to_be_repeated(const struct http_exchange *exchange, struct arena *arena)
{
	static const char *const codes[] = {"InternalError", "ServiceUnavailable", "SlowDown", "RequestTimeout",
					    "OperationAborted"};
	const char *code = s3_read_words(exchange, arena).code;

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (strcmp(code, codes[i]) == 0)
			return true;
	return false;
}

static void wait_before(unsigned attempt)
{
	int64_t ms = (int64_t)COMPLETION_WAIT_MS << attempt;

	nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static bool post_completion(struct s3 *s3, const struct object_upload *upload, struct span body,
			    struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	const char *query = arena_printf(arena, "uploadId=%s", percent_encode(arena, span_of(upload->id), ""));

	for (unsigned attempt = 0;; attempt++) {
		*exchange = s3_exchange(s3, "POST", upload->key, query, arena);
		exchange->body = http_body_bytes(body);
		http_exchange_set(exchange, "Content-Type", "application/xml");
		if (!service_run(exchange, arena, error))
			return false;
		if (!service_fine(exchange) || !is_to_be_repeated(exchange, arena) || attempt + 1 == COMPLETIONS)
			return true;
		log_warn("storage: %s: POST %s: status 200 with %s: trying again", s3->dialect->kind.name, upload->key,
			 s3_read_words(exchange, arena).code);
		wait_before(attempt);
	}
}

bool s3_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		 size_t count, struct arena *arena, struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange;
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	if (!post_completion(s3, upload, completion_of(s3->dialect->xml_namespace, parts, count, arena), &exchange, arena,
			     error))
		return false;
	if (s3_code_is(&exchange, "NoSuchUpload", arena) && is_there(s3, upload->key, size, arena))
		return true;
	if (!service_fine(&exchange))
		return service_refused(&exchange, error);
	return s3_document(&exchange, "CompleteMultipartUploadResult", arena, error) != NULL;
}

bool s3_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		size_t count, struct arena *arena, struct error *error)
{
	struct s3 *s3 = s3_of(service);
	const char *query = arena_printf(arena, "uploadId=%s", percent_encode(arena, span_of(upload->id), ""));
	struct http_exchange exchange = s3_exchange(s3, "DELETE", upload->key, query, arena);

	(void)parts;
	(void)count;
	if (!service_run(&exchange, arena, error))
		return false;
	return service_fine(&exchange) || s3_code_is(&exchange, "NoSuchUpload", arena) || service_refused(&exchange, error);
}
