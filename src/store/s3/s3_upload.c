/* SPDX-License-Identifier: MIT */
/* Objects in parts. Nothing is visible before the completion. */
#include "s3_upload_priv.h"

#include <string.h>

#include "../service/multipart_priv.h"
#include "berth/base/log.h"
#include "berth/base/pause.h"
#include "berth/base/percent.h"
#include "s3_object_priv.h"
#include "s3_refusal_priv.h"
#include "s3_request_priv.h"

#define PARTS_AT_ONCE 4
#define COMPLETIONS 3 /* attempts, where a 200 holds an error */
#define COMPLETION_WAIT_MS 200

bool s3_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
	      struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct http_exchange exchange = s3_exchange(s3, "POST", key, "uploads=", arena);
	const struct xml *root;

	s3->dialect->set_object_fields(s3, &exchange);
	if (!service_run_fine(&exchange, arena, error))
		return false;
	root = s3_document(&exchange, "InitiateMultipartUploadResult", arena, error);
	if (!root)
		return false;
	return multipart_take_id(out, root, key, arena) ||
	       service_failed(&exchange, "the answer holds no upload id", error);
}

const char *s3_part_query(unsigned number, const char *id, struct arena *arena)
{
	return arena_printf(arena, "partNumber=%u&uploadId=%s", number, percent_encode(arena, span_of(id), ""));
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
		if (!service_fine(&list[i]) || !multipart_take_tag(&parts[i], http_exchange_header(&list[i], "ETag")))
			return service_refused(&list[i], error);
	return true;
}

bool s3_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		  size_t count, struct arena *arena, struct error *error)
{
	struct arena *scratch = service_scratch(arena, S3_SCRATCH);
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
		pause_ms(COMPLETION_WAIT_MS << attempt);
	}
}

bool s3_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		 size_t count, struct arena *arena, struct error *error)
{
	struct s3 *s3 = s3_of(service);
	struct span body = multipart_body(s3->dialect->xml_namespace, parts, count, arena);
	struct http_exchange exchange;
	bool is_there = false;

	if (!post_completion(s3, upload, body, &exchange, arena, error))
		return false;
	/* An earlier try whose answer was lost, or another node, may have completed the upload. */
	if (s3_code_is(&exchange, "NoSuchUpload", arena) &&
	    !service_is_there(&s3->service, upload->key, multipart_size(parts, count), &is_there, arena, error))
		return false;
	if (is_there)
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
