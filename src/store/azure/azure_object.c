/* SPDX-License-Identifier: MIT */
/* Single blobs: put, asked for, read, removed, given away by a signed URL; and lists of them. */
#include "azure_request_priv.h"

#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "../service/body_priv.h"
#include "../service/pages_priv.h"
#include "../service/range_priv.h"
#include "../service/xml_priv.h"

#define PAGE "1000" /* blobs: about 1 MiB of XML */

/* ---- put ---- */

bool azure_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	       struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "PUT", key, "", arena);
	const char *md5 = body_md5_base64(body, arena);
	bool is_there;

	exchange.body = *body;
	http_exchange_set(&exchange, "x-ms-blob-type", "BlockBlob");
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	if (md5)
		http_exchange_set(&exchange, "Content-MD5", md5);
	if (!azure_run(azure, &exchange, key, arena, error))
		return false;
	if (exchange.status == 201)
		return true;
	/* distribution wrote append blobs, which nothing replaces; keys name their content, so that one will do */
	if (azure_code_is(&exchange, "InvalidBlobType")) {
		if (!azure_is_there(azure, key, body->length, &is_there, arena, error))
			return false;
		if (is_there)
			return true;
	}
	return azure_refused(&exchange, "put", key, error);
}

/* ---- ask ---- */

/* A blob that a copy is still making is none yet. */
static bool is_pending(const struct http_exchange *exchange)
{
	return span_is(http_exchange_header(exchange, "x-ms-copy-status"), "pending");
}

bool azure_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
		struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "HEAD", key, "", arena);

	*found = false;
	if (!azure_run(azure, &exchange, key, arena, error))
		return false;
	if (exchange.status == 404 && !azure_code_is(&exchange, "ContainerNotFound"))
		return true;
	if (exchange.status != 200)
		return azure_refused(&exchange, "head", key, error);
	*found = !is_pending(&exchange);
	if (!span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return azure_failed("head", key, "the answer has no length", error);
	return true;
}

bool azure_is_there(struct azure *azure, const char *key, uint64_t size, bool *is_there, struct arena *arena,
		    struct error *error)
{
	uint64_t found_size = 0;
	bool found;

	if (!azure_head(&azure->service, key, &found, &found_size, arena, error))
		return false;
	*is_there = found && found_size == size;
	return true;
}

/* ---- read ---- */

static struct http_exchange ask_for_blob(struct object_service *service, const char *key, struct arena *arena)
{
	return azure_exchange(azure_of(service), "GET", key, "", arena);
}

static bool run_range(struct object_service *service, struct http_exchange *exchange, struct arena *arena,
		      struct error *error)
{
	return azure_run_quietly(azure_of(service), exchange, 1, arena, error);
}

static bool range_refused(struct object_service *service, const struct http_exchange *exchange, const char *key,
			  struct arena *arena, struct error *error)
{
	(void)service, (void)arena;
	return azure_refused(exchange, "get", key, error);
}

static bool range_failed(struct object_service *service, const struct http_exchange *exchange, const char *key,
			 const char *why, struct arena *arena, struct error *error)
{
	(void)service, (void)exchange, (void)arena;
	return azure_failed("get", key, why, error);
}

bool azure_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context, struct arena *arena, struct error *error)
{
	static const struct range_calls calls = {"x-ms-range", ask_for_blob, run_range, range_refused, range_failed};

	return range_read(&calls, service, key, offset, length, sink, context, arena, error);
}

/* ---- remove ---- */

bool azure_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	struct http_exchange exchange = azure_exchange(azure, "DELETE", key, "", arena);

	http_exchange_set(&exchange, "x-ms-delete-snapshots", "include");
	if (!azure_run(azure, &exchange, key, arena, error))
		return false;
	if (exchange.status == 202 || (exchange.status == 404 && !azure_code_is(&exchange, "ContainerNotFound")))
		return true;
	return azure_refused(&exchange, "delete", key, error);
}

/* ---- sign ---- */

bool azure_sign(struct object_service *service, const char *key, enum object_verb verb, unsigned seconds, const char **out,
		struct arena *arena, struct error *error)
{
	struct azure *azure = azure_of(service);
	const char *query;

	(void)verb; /* read permission is good for both */
	*out = NULL;
	if (!azure_sign_query(azure, key, seconds, &query, arena, error))
		return false;
	if (query)
		*out = arena_printf(arena, "%s?%s", azure_url(azure, key, arena), query);
	return true;
}

/* ---- list ---- */

struct listing {
	struct azure *azure;
	const char *prefix;
	object_visit_fn *visit;
	void *context;
	bool is_over; /* the visitor wants no more */
};

static bool visit_page(struct listing *listing, const struct xml *root, struct arena *page)
{
	const struct xml *blob = xml_child(xml_child(root, "Blobs"), "Blob");
	const char *before = listing->azure->account.root;
	int64_t now = http_client_now();

	for (; blob; blob = xml_next(blob)) {
		const char *name = xml_text(blob, "Name", page),
			   *length = xml_text(blob, "Properties/Content-Length", page);
		const char *changed = xml_text(blob, "Properties/Last-Modified", page);
		uint64_t size;
		int64_t then;

		if (!name || strncmp(name, before, strlen(before)) != 0 || !length || !span_to_u64(span_of(length), &size))
			return false;
		if (!changed || !timetext_parse(&then, span_of(changed)))
			then = now;
		if (!listing->visit(listing->context, name + strlen(before), size, now > then ? now - then : 0)) {
			listing->is_over = true;
			return true;
		}
	}
	return true;
}

static bool list_page(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
		      struct error *error)
{
	struct listing *listing = context;
	const char *before = listing->azure->account.root, *marker = from->first, *after;
	const char *query = arena_printf(page, "restype=container&comp=list&maxresults=" PAGE "&prefix=%s%s%s%s",
					 percent_encode(page, span_of(before), ""),
					 percent_encode(page, span_of(listing->prefix), ""), *marker ? "&marker=" : "",
					 percent_encode(page, span_of(marker), ""));
	struct http_exchange exchange = azure_exchange(listing->azure, "GET", NULL, query, page);
	const struct xml *root;

	exchange.keep = AZURE_LIST_MAX;
	if (!azure_run(listing->azure, &exchange, NULL, page, error))
		return false;
	if (exchange.status != 200)
		return azure_refused(&exchange, "list", NULL, error);
	root = xml_parse(exchange.answer, page);
	if (!root || strcmp(xml_name(root), "EnumerationResults") != 0 || !visit_page(listing, root, page))
		return azure_failed("list", NULL, "the answer is no list of blobs", error);
	after = xml_text(root, "NextMarker", page);
	if (after && *after && !listing->is_over) /* a page may be empty and yet not the last */
		next->first = after;
	return true;
}

bool azure_list(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
		struct arena *arena, struct error *error)
{
	struct listing listing = {azure_of(service), prefix, visit, context, false};

	return pages_read(list_page, &listing, "", arena, error);
}
