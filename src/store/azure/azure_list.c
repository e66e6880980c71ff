/* SPDX-License-Identifier: MIT */
/* Lists of blobs, page by page. */
#include "azure_list_priv.h"

#include <string.h>

#include "../service/pages_priv.h"
#include "../service/xml_priv.h"
#include "azure_request_priv.h"
#include "berth/base/percent.h"

#define PAGE "1000" /* blobs: about 1 MiB of XML */

struct listing {
	struct azure *azure;
	const char *prefix;
	object_visit_fn *visit;
	void *context;
	bool is_over; /* the visitor wants no more */
};

static bool azure_visit(struct listing *listing, const struct xml *root, struct arena *page)
{
	const struct xml *blob = xml_child(xml_child(root, "Blobs"), "Blob");
	const char *before = listing->azure->account.root;

	for (; blob; blob = xml_next(blob)) {
		const char *name = xml_text(blob, "Name", page),
			   *length = xml_text(blob, "Properties/Content-Length", page);
		const char *changed = xml_text(blob, "Properties/Last-Modified", page);
		uint64_t size;

		if (!name || strncmp(name, before, strlen(before)) != 0 || !length || !span_to_u64(span_of(length), &size))
			return false;
		if (!listing->visit(listing->context, name + strlen(before), size, service_age(changed))) {
			listing->is_over = true;
			return true;
		}
	}
	return true;
}

static bool azure_page(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
		       struct error *error)
{
	struct listing *listing = context;
	const char *before = listing->azure->account.root, *marker = from->first, *after;
	const char *query = arena_printf(page, "restype=container&comp=list&maxresults=" PAGE "&prefix=%s%s%s%s",
					 percent_encode(page, span_of(before), ""),
					 percent_encode(page, span_of(listing->prefix), ""), *marker ? "&marker=" : "",
					 percent_encode(page, span_of(marker), ""));
	struct http_exchange exchange = azure_exchange(listing->azure, "GET", "", query, page);
	const struct xml *root;

	exchange.keep = AZURE_LIST_MAX;
	if (!service_run(&exchange, page, error))
		return false;
	if (exchange.status != 200)
		return service_refused(&exchange, error);
	root = xml_parse(exchange.answer, page);
	if (!root || strcmp(xml_name(root), "EnumerationResults") != 0 || !azure_visit(listing, root, page))
		return service_failed(&exchange, "the answer is no list of blobs", error);
	after = xml_text(root, "NextMarker", page);
	if (after && *after && !listing->is_over) /* a page may be empty and yet not the last */
		next->first = after;
	return true;
}

bool azure_list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
		struct arena *arena, struct error *error)
{
	struct listing listing = {azure_of(service), prefix, visit, context, false};

	return pages_read(azure_page, &listing, "", arena, error);
}
