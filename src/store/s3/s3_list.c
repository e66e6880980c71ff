/* SPDX-License-Identifier: MIT */
/* Lists, a page at a time. */
#include "s3_list_priv.h"

#include "../service/multipart_priv.h"
#include "berth/base/percent.h"
#include "s3_request_priv.h"

#define PAGE_BYTES_MAX ((size_t)4 << 20) /* a thousand keys of at most 1 KiB, and what is said of them */

static const struct xml *get_page(struct http_exchange *exchange, const char *name, struct arena *arena,
				  struct error *error)
{
	exchange->keep = PAGE_BYTES_MAX;
	return service_run_fine(exchange, arena, error) ? s3_document(exchange, name, arena, error) : NULL;
}

/* Where the next page begins, by the name that the document gives it; NULL at the end. */
static const char *next_of(const struct xml *root, const char *name, struct arena *arena)
{
	const char *more = xml_text(root, "IsTruncated", arena);

	return more && span_is(span_of(more), "true") ? xml_text(root, name, arena) : NULL;
}

struct objects {
	struct s3 *s3;
	const char *prefix; /* encoded */
	object_visit_fn *visit;
	void *context;
};

/* False when the visitor has seen enough. */
static bool visit_objects(const struct xml *root, object_visit_fn *visit, void *context, struct arena *arena)
{
	for (const struct xml *item = xml_child(root, "Contents"); item; item = xml_next(item)) {
		const char *key = xml_text(item, "Key", arena), *size = xml_text(item, "Size", arena);
		uint64_t bytes;

		if (key && size && span_to_u64(span_of(size), &bytes) &&
		    !visit(context, key, bytes, service_age(xml_text(item, "LastModified", arena))))
			return false;
	}
	return true;
}

static bool read_objects(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
			 struct error *error)
{
	struct objects *objects = context;
	const char *query =
		arena_printf(page, "%s%s%slist-type=2&max-keys=1000&prefix=%s", *from->first ? "continuation-token=" : "",
			     percent_encode(page, span_of(from->first), ""), *from->first ? "&" : "", objects->prefix);
	struct http_exchange exchange = s3_exchange(objects->s3, "GET", "", query, page);
	const struct xml *root = get_page(&exchange, "ListBucketResult", page, error);

	if (!root)
		return false;
	if (visit_objects(root, objects->visit, objects->context, page))
		next->first = next_of(root, "NextContinuationToken", page);
	return true;
}

bool s3_list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context, struct arena *arena,
	     struct error *error)
{
	struct objects objects = {s3_of(service), percent_encode(arena, span_of(prefix), ""), visit, context};

	return pages_read(read_objects, &objects, "", arena, error);
}

struct uploads {
	struct s3 *s3;
	const char *prefix; /* encoded */
	object_unfinished_fn *visit;
	void *context;
};

static bool read_uploads(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
			 struct error *error)
{
	struct uploads *uploads = context;
	const char *key = percent_encode(page, span_of(from->first), ""),
		   *id = percent_encode(page, span_of(from->second), "");
	const char *query = arena_printf(page, "%s%s%smax-uploads=1000&prefix=%s%s%s&uploads=", *key ? "key-marker=" : "",
					 key, *key ? "&" : "", uploads->prefix, *id ? "&upload-id-marker=" : "", id);
	struct http_exchange exchange = s3_exchange(uploads->s3, "GET", "", query, page);
	const struct xml *root = get_page(&exchange, "ListMultipartUploadsResult", page, error);

	return root && (multipart_visit(root, uploads->visit, uploads->context, next, page) ||
			service_failed(&exchange, "the answer is no list of uploads", error));
}

bool s3_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			struct arena *arena, struct error *error)
{
	struct uploads uploads = {s3_of(service), percent_encode(arena, span_of(prefix), ""), visit, context};

	return pages_read(read_uploads, &uploads, "", arena, error);
}
