/* SPDX-License-Identifier: MIT */
/* Lists, a page at a time. */
#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "s3_service.h"

#define PAGE_BYTES_MAX ((size_t)4 << 20) /* a thousand keys of at most 1 KiB, and what is said of them */

static int64_t age_of(const struct xml *item, const char *name, struct arena *arena)
{
	const char *text = xml_text(item, name, arena);
	int64_t then;

	return text && timetext_parse(&then, span_of(text)) ? http_client_now() - then : 0;
}

static const struct xml *get_page(struct s3_service *s3, const char *query, const char *name, struct arena *arena,
				  struct error *error)
{
	struct http_exchange exchange = s3_exchange(s3, "GET", "", query, arena);

	exchange.keep = PAGE_BYTES_MAX;
	return s3_run_one(s3, &exchange, arena, error) ? s3_document(s3, &exchange, name, arena, error) : NULL;
}

/* The marker of the next page, kept where the page's arena does not reach; NULL at the end. */
static const char *keep_marker(const struct xml *root, const char *name, char *kept, size_t size, struct arena *arena)
{
	const char *more = xml_text(root, "IsTruncated", arena), *marker = xml_text(root, name, arena);
	const char *encoded;

	if (!more || !span_is(span_of(more), "true") || !marker)
		return NULL;
	encoded = percent_encode(arena, span_of(marker), "");
	if (strlen(encoded) >= size)
		return NULL;
	memcpy(kept, encoded, strlen(encoded) + 1);
	return kept;
}

#define MARKER_MAX 4096 /* a key of 1,024 bytes, each as %XX; a token */

/* False when the visitor has seen enough. */
static bool visit_objects(const struct xml *root, object_visit_fn *visit, void *context, struct arena *arena)
{
	for (const struct xml *item = xml_child(root, "Contents"); item; item = xml_next(item)) {
		const char *key = xml_text(item, "Key", arena), *size = xml_text(item, "Size", arena);
		uint64_t bytes;

		if (key && size && span_to_u64(span_of(size), &bytes) &&
		    !visit(context, key, bytes, age_of(item, "LastModified", arena)))
			return false;
	}
	return true;
}

bool s3_list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context, struct arena *arena,
	     struct error *error)
{
	struct arena *page = s3_scratch(arena);
	const char *encoded = percent_encode(arena, span_of(prefix), ""), *token = NULL;
	char *kept = arena_alloc(arena, MARKER_MAX);
	bool ok;

	do {
		const char *query = arena_printf(page, "%s%s%slist-type=2&max-keys=1000&prefix=%s",
						 token ? "continuation-token=" : "", token ? token : "", token ? "&" : "",
						 encoded);
		const struct xml *root = get_page(s3_of(service), query, "ListBucketResult", page, error);

		ok = root != NULL;
		token = ok && visit_objects(root, visit, context, page)
				? keep_marker(root, "NextContinuationToken", kept, MARKER_MAX, page)
				: NULL;
		arena_clear(page);
	} while (token);
	arena_release(page);
	return ok;
}

static bool visit_uploads(const struct xml *root, object_unfinished_fn *visit, void *context, struct arena *arena)
{
	for (const struct xml *item = xml_child(root, "Upload"); item; item = xml_next(item)) {
		struct object_upload upload = {xml_text(item, "Key", arena), xml_text(item, "UploadId", arena)};

		if (upload.key && upload.id && !visit(context, &upload, age_of(item, "Initiated", arena)))
			return false;
	}
	return true;
}

bool s3_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			struct arena *arena, struct error *error)
{
	struct arena *page = s3_scratch(arena);
	const char *encoded = percent_encode(arena, span_of(prefix), ""), *key = NULL, *id = NULL;
	char *kept = arena_alloc(arena, MARKER_MAX), *kept_id = arena_alloc(arena, MARKER_MAX);
	bool ok;

	do {
		const char *query =
			arena_printf(page, "%s%s%smax-uploads=1000&prefix=%s%s%s&uploads=", key ? "key-marker=" : "",
				     key ? key : "", key ? "&" : "", encoded, id ? "&upload-id-marker=" : "", id ? id : "");
		const struct xml *root = get_page(s3_of(service), query, "ListMultipartUploadsResult", page, error);

		ok = root != NULL;
		key = id = NULL;
		if (ok && visit_uploads(root, visit, context, page)) {
			key = keep_marker(root, "NextKeyMarker", kept, MARKER_MAX, page);
			id = keep_marker(root, "NextUploadIdMarker", kept_id, MARKER_MAX, page);
		}
		arena_clear(page);
	} while (key);
	arena_release(page);
	return ok;
}
