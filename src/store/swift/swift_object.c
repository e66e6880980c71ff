/* SPDX-License-Identifier: MIT */
/* Objects as they are: asked for, read, listed. */
#include "swift_object_priv.h"

#include <string.h>

#include "../service/range_priv.h"
#include "swift_list_priv.h"

#define SCRATCH_MEMORY ((size_t)1 << 20) /* of one HEAD */

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
	struct swift *swift = swift_of(service);
	struct http_exchange exchange = swift_exchange(swift, "HEAD", key, "", arena);
	struct span manifest;

	if (!swift_find(&exchange, found, arena, error))
		return false;
	if (!*found)
		return true;
	if (span_to_u64(http_exchange_header(&exchange, "Content-Length"), size))
		return true;
	manifest = http_exchange_header(&exchange, "X-Object-Manifest");
	if (!manifest.len)
		return service_failed(&exchange, "no size", error);
	return sum_segments(swift, arena_span(arena, manifest), size, arena, error);
}

/* ---- reading ---- */

static struct http_exchange swift_ask(struct object_service *service, const char *key, struct arena *arena)
{
	return swift_exchange(swift_of(service), "GET", key, "", arena);
}

bool swift_get(struct object_service *service, const char *key, uint64_t offset, uint64_t length, store_sink_fn *sink,
	       void *context, struct arena *arena, struct error *error)
{
	return range_read(swift_ask, service, key, offset, length, sink, context, arena, error);
}

/* ---- listing ---- */

/* A dynamic manifest is listed as empty: its size is asked for. */
struct listing {
	struct swift *swift;
	object_visit_fn *visit;
	void *context;
	struct arena *scratch;
	struct error *error;
	bool failed;
};

static bool show_object(void *context, const char *name, uint64_t size, int64_t age)
{
	struct listing *listing = context;
	bool found = true;

	if (size == 0) {
		arena_clear(listing->scratch);
		listing->failed =
			!swift_head(&listing->swift->service.base, name, &found, &size, listing->scratch, listing->error);
	}
	if (listing->failed)
		return false;
	return !found || listing->visit(listing->context, name, size, age);
}

bool swift_list_objects(struct object_service *service, const char *prefix, object_visit_fn *visit, void *context,
			struct arena *arena, struct error *error)
{
	struct listing listing = {
		.swift = swift_of(service),
		.visit = visit,
		.context = context,
		.scratch = service_scratch(arena, SCRATCH_MEMORY),
		.error = error,
	};

	return swift_list(listing.swift, prefix, "", show_object, &listing, arena, error) && !listing.failed;
}
