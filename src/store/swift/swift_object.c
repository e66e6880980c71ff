/* SPDX-License-Identifier: MIT */
/* Objects as they are: put, asked for, read, listed. */
#include "swift_object.h"

#include <stdio.h>
#include <string.h>

#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "../service/jsondoc_priv.h"
#include "../service/range_priv.h"

#define PAGE_MEMORY ((size_t)16 << 20) /* an answer of a MiB at most, its copy, and what surrounds it */
#define NAME_MAX_BYTES 4096

bool swift_put_refused(const struct http_exchange *exchange, struct error *error)
{
	const struct swift_call *call = exchange->context;

	if (exchange->status == 404) /* the container is gone: looked for, and made, with the next request */
		call->swift->known = false;
	return swift_refused(exchange, error);
}

/* ---- asking ---- */

static bool add_size(void *context, const char *name, uint64_t size, int64_t age)
{
	(void)name;
	(void)age;
	*(uint64_t *)context += size;
	return true;
}

/* Swift tells no size of a dynamic manifest of more segments than one listing holds. */
static bool sum_segments(struct swift *swift, const char *manifest, uint64_t *size, struct arena *arena,
			 struct error *error)
{
	const char *prefix = strchr(manifest, '/');

	*size = 0;
	return swift_list(swift, prefix ? prefix + 1 : "", "", add_size, size, arena, error);
}

bool swift_head(struct object_service *service, const char *key, bool *found, uint64_t *size, struct arena *arena,
		struct error *error)
{
	struct swift *swift = (struct swift *)service;
	struct http_exchange exchange = swift_exchange(swift, "HEAD", key, NULL, arena);
	struct span manifest;

	if (!swift_find(swift, &exchange, found, arena, error))
		return false;
	if (!*found)
		return true;
	if (span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return true;
	manifest = http_exchange_header(&exchange, "X-Object-Manifest");
	if (!manifest.len)
		return swift_strange(&exchange, "no size", error);
	return sum_segments(swift, arena_span(arena, manifest), size, arena, error);
}

/* ---- reading ---- */

static struct http_exchange ask_for_object(struct object_service *service, const char *key, struct arena *arena)
{
	struct http_exchange exchange = swift_exchange((struct swift *)service, "GET", key, NULL, arena);

	((struct swift_call *)exchange.context)->quiet = true;
	return exchange;
}

static bool run_range(struct object_service *service, struct http_exchange *exchange, struct arena *arena,
		      struct error *error)
{
	return swift_run((struct swift *)service, exchange, arena, error);
}

static bool range_refused(struct object_service *service, const struct http_exchange *exchange, const char *key,
			  struct arena *arena, struct error *error)
{
	(void)service, (void)key, (void)arena;
	return swift_refused(exchange, error);
}

static bool range_failed(struct object_service *service, const struct http_exchange *exchange, const char *key,
			 const char *why, struct arena *arena, struct error *error)
{
	(void)service, (void)key, (void)arena;
	return swift_strange(exchange, why, error);
}

bool swift_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context, struct arena *arena, struct error *error)
{
	static const struct range_calls calls = {"Range", ask_for_object, run_range, range_refused, range_failed};

	return range_read(&calls, service, key, offset, length, sink, context, arena, error);
}

/* ---- listing ---- */

static void release_page(void *page)
{
	arena_release(page);
}

static struct arena *page_arena(struct arena *arena)
{
	struct arena *page = arena_alloc(arena, sizeof *page);

	arena_init(page, PAGE_MEMORY);
	arena_defer(arena, release_page, page);
	return page;
}

/* *more false: this was the last page, or the visitor wants no other. */
static bool visit_page(const struct http_exchange *answer, char last[static NAME_MAX_BYTES], swift_entry_fn *visit,
		       void *context, bool *more, struct arena *page, struct error *error)
{
	const struct jsondoc *list = jsondoc_parse(answer->answer, page);
	size_t count = jsondoc_count(list);
	int64_t now, then;

	if (!list)
		return swift_strange(answer, "no listing", error);
	if (!timetext_parse(&now, http_exchange_header(answer, "Date")))
		now = http_client_now();
	*more = count > 0;
	for (size_t i = 0; i < count && *more; i++) {
		const struct jsondoc *entry = jsondoc_item(list, i);
		const char *name = swift_text(entry, "name");

		if (!name[0] || strlen(name) >= NAME_MAX_BYTES)
			return swift_strange(answer, "a listing with a name that cannot be", error);
		if (!timetext_parse(&then, span_of(swift_text(entry, "last_modified"))))
			then = now;
		memcpy(last, name, strlen(name) + 1);
		*more = visit(context, name, swift_number(entry, "bytes", 0), now - then);
	}
	return true;
}

bool swift_list(struct swift *swift, const char *prefix, const char *marker, swift_entry_fn *visit, void *context,
		struct arena *arena, struct error *error)
{
	struct arena *page = page_arena(arena);
	const char *wanted = percent_encode(arena, span_of(prefix), "");
	char *last = arena_alloc(arena, NAME_MAX_BYTES);
	bool more = true, ok = swift_ready(swift, arena, error);

	(void)snprintf(last, NAME_MAX_BYTES, "%s", marker);
	while (ok && more) {
		struct http_exchange exchange;

		arena_clear(page);
		exchange = swift_exchange(swift, "GET", NULL,
					  arena_printf(page, "format=json&limit=%llu&prefix=%s&marker=%s",
						       (unsigned long long)swift->powers.page, wanted,
						       percent_encode(page, span_of(last), "")),
					  page);
		ok = swift_run(swift, &exchange, page, error);
		if (ok && exchange.status == 204)
			break;
		ok = ok && (swift_fine(&exchange) || swift_refused(&exchange, error)) &&
		     visit_page(&exchange, last, visit, context, &more, page, error);
	}
	arena_clear(page);
	return ok;
}

/* A dynamic manifest is listed as empty: its size is asked for. */
struct listing {
	struct swift *swift;
	object_visit_fn *visit;
	void *context;
	struct arena *scratch;
	struct error *error;
	bool failed;
};

static bool show(void *context, const char *name, uint64_t size, int64_t age)
{
	struct listing *listing = context;
	bool found = true;

	if (size == 0) {
		arena_clear(listing->scratch);
		listing->failed =
			!swift_head(&listing->swift->service, name, &found, &size, listing->scratch, listing->error);
	}
	if (listing->failed)
		return false;
	return !found || listing->visit(listing->context, name, size, age);
}

bool swift_list_objects(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
			struct arena *arena, struct error *error)
{
	struct listing listing = {
		.swift = (struct swift *)service,
		.visit = visit,
		.context = context,
		.scratch = page_arena(arena),
		.error = error,
	};

	return swift_list(listing.swift, prefix, "", show, &listing, arena, error) && !listing.failed;
}
