/* SPDX-License-Identifier: MIT */
/* Objects as they are: put, asked for, read, listed. */
#include "swift_object_priv.h"

#include <stdio.h>
#include <string.h>

#include "berth/base/percent.h"
#include "berth/base/timetext.h"
#include "../service/jsondoc_priv.h"
#include "../service/pages_priv.h"
#include "../service/range_priv.h"

#define SCRATCH_MEMORY ((size_t)1 << 20) /* of one HEAD */

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

struct entries {
	struct swift *swift;
	const char *prefix; /* encoded */
	swift_entry_fn *visit;
	void *context;
};

/* Visits one page. *last is the name behind which the next page begins; NULL: there is none, or the visitor wants none. */
static bool visit_page(const struct entries *entries, const struct http_exchange *answer, const char **last,
		       struct arena *page, struct error *error)
{
	const struct jsondoc *list = jsondoc_parse(answer->answer, page);
	size_t count = jsondoc_count(list);
	int64_t now, then;
	bool more = true;

	if (!list)
		return swift_strange(answer, "no listing", error);
	if (!timetext_parse(&now, http_exchange_header(answer, "Date")))
		now = http_client_now();
	for (size_t i = 0; i < count && more; i++) {
		const struct jsondoc *entry = jsondoc_item(list, i);
		const char *name = swift_text(entry, "name");

		if (!name[0])
			return swift_strange(answer, "a listing with an empty name", error);
		if (!timetext_parse(&then, span_of(swift_text(entry, "last_modified"))))
			then = now;
		more = entries->visit(entries->context, name, swift_number(entry, "bytes", 0), now - then);
		*last = more ? name : NULL;
	}
	return true;
}

static bool read_entries(void *context, const struct page_marker *from, struct page_marker *next, struct arena *page,
			 struct error *error)
{
	const struct entries *entries = context;
	struct swift *swift = entries->swift;
	const char *query = arena_printf(page, "format=json&limit=%llu&prefix=%s&marker=%s",
					 (unsigned long long)swift->powers.page, entries->prefix,
					 percent_encode(page, span_of(from->first), ""));
	struct http_exchange exchange = swift_exchange(swift, "GET", NULL, query, page);

	if (!swift_run(swift, &exchange, page, error))
		return false;
	if (exchange.status == 204)
		return true;
	return swift_fine(&exchange) ? visit_page(entries, &exchange, &next->first, page, error)
				     : swift_refused(&exchange, error);
}

bool swift_list(struct swift *swift, const char *prefix, const char *marker, swift_entry_fn *visit, void *context,
		struct arena *arena, struct error *error)
{
	struct entries entries = {swift, percent_encode(arena, span_of(prefix), ""), visit, context};

	return swift_ready(swift, arena, error) && pages_read(read_entries, &entries, marker, arena, error);
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

static void release(void *scratch)
{
	arena_release(scratch);
}

static struct arena *scratch_arena(struct arena *arena)
{
	struct arena *scratch = arena_alloc(arena, sizeof *scratch);

	arena_init(scratch, SCRATCH_MEMORY);
	arena_defer(arena, release, scratch);
	return scratch;
}

bool swift_list_objects(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
			struct arena *arena, struct error *error)
{
	struct listing listing = {
		.swift = (struct swift *)service,
		.visit = visit,
		.context = context,
		.scratch = scratch_arena(arena),
		.error = error,
	};

	return swift_list(listing.swift, prefix, "", show, &listing, arena, error) && !listing.failed;
}
