/* SPDX-License-Identifier: MIT */
/* Listings: objects by the JSON API, unfinished uploads by the XML API; a page in memory at a time. */
#include "gcs_list_priv.h"

#include <string.h>

#include "berth/base/json_read.h"
#include "../service/multipart_priv.h"
#include "gcs_request_priv.h"

#define PAGE 500                     /* both APIs give 1,000; names of 1 KiB must fit PAGE_BYTES */
#define PAGE_BYTES ((size_t)4 << 20) /* 1,000 names of 1 KiB, with what stands around them */

/* ---- objects ---- */

struct listing {
	struct gcs *gcs;
	const char *prefix;
	object_visit_fn *visit;
	void *context;
	bool stopped;
};

static bool visit_items(struct listing *listing, const struct json *items)
{
	for (const struct json *item = json_first(items); item && !listing->stopped; item = item->next) {
		const char *name = json_get_string(item, "name");
		uint64_t size;

		if (!name || !gcs_size(item, "size", &size))
			return false;
		listing->stopped =
			!listing->visit(listing->context, name, size, service_age(json_get_string(item, "updated")));
	}
	return true;
}

static bool gcs_page(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
		     struct error *error)
{
	struct listing *listing = context;
	const char *token = from->first, *kind, *after, *url;
	const struct json *root;
	struct http_exchange x;

	url = gcs_json_url(listing->gcs, page,
			   "?prefix=%s&maxResults=%d&fields=kind,nextPageToken,items(name,size,updated)%s%s",
			   gcs_quote(listing->prefix, page), PAGE, token[0] ? "&pageToken=" : "", gcs_quote(token, page));
	x = gcs_exchange(listing->gcs, "GET", url, "", page);
	x.keep = PAGE_BYTES;
	if (!service_run_fine(&x, page, error))
		return false;
	root = json_read(page, x.answer, NULL);
	kind = json_get_string(root, "kind");
	if (!kind || strcmp(kind, "storage#objects") != 0 || !visit_items(listing, json_get(root, "items")))
		return service_failed(&x, "the answer is no list of objects", error);
	after = json_get_string(root, "nextPageToken");
	if (after && *after && !listing->stopped)
		next->first = after;
	return true;
}

bool gcs_list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
	      struct arena *arena, struct error *error)
{
	struct listing listing = {.gcs = gcs_of(service), .prefix = prefix, .visit = visit, .context = context};

	return pages_read(gcs_page, &listing, "", arena, error);
}

/* ---- uploads that are neither completed nor abandoned ---- */

struct unfinished {
	struct gcs *gcs;
	const char *prefix;
	object_unfinished_fn *visit;
	void *context;
};

static bool unfinished_page(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
			    struct error *error)
{
	struct unfinished *listing = context;
	const struct xml *root;
	struct http_exchange x;
	const char *query;

	query = arena_printf(page, "uploads&prefix=%s&max-uploads=%d", gcs_quote(listing->prefix, page), PAGE);
	if (*from->first)
		query = arena_printf(page, "%s&key-marker=%s&upload-id-marker=%s", query, gcs_quote(from->first, page),
				     gcs_quote(from->second, page));
	x = gcs_exchange(listing->gcs, "GET", gcs_xml_url(listing->gcs, "", query, page), "", page);
	x.keep = PAGE_BYTES;
	if (!service_run_fine(&x, page, error))
		return false;
	root = xml_parse(x.answer, page);
	if (!root || strcmp(xml_name(root), "ListMultipartUploadsResult") != 0 ||
	    !multipart_visit(root, listing->visit, listing->context, next, page))
		return service_failed(&x, "the answer is no list of uploads", error);
	return true;
}

bool gcs_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			 struct arena *arena, struct error *error)
{
	struct unfinished listing = {.gcs = gcs_of(service), .prefix = prefix, .visit = visit, .context = context};

	return pages_read(unfinished_page, &listing, "", arena, error);
}
