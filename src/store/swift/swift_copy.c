/* SPDX-License-Identifier: MIT */
/*
 * Copies on the server. Of a large object only the manifest is copied: the segments then serve both, until the first is
 * removed without them.
 *
 * The order makes it safe to stop anywhere: the source's metadata gets the key of the copy, the upload's note goes, the copy is
 * made. Before the last step the segments belong to the source alone. After it, the source's metadata names the copy to ask.
 */
#include "swift_copy_priv.h"

#include <string.h>

#include "berth/base/log.h"
#include "berth/base/percent.h"
#include "swift_large_priv.h"
#include "swift_object_priv.h"

#define RETRY_AFTER 5                     /* seconds, for the client */
#define MANIFEST_BYTES ((size_t)16 << 20) /* of a static manifest: 10,000 segments at most, some 300 bytes each */

struct copy {
	struct swift *swift;
	const char *from;
	const char *to;
	uint64_t size;
	bool replaces; /* what is at `to` is of another size */
	struct swift_large source;
};

/* Copies the bytes: COPY of a manifest reads its segments. */
static bool copy_bytes(const struct copy *copy, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = swift_exchange(copy->swift, "COPY", copy->from, "", arena);

	if (copy->size > copy->swift->powers.object_max) {
		log_error("storage: swift: %s: cannot be copied to %s: its segments serve %s", copy->from, copy->to,
			  copy->source.copied);
		return error_set(error, E_UNKNOWN);
	}
	http_exchange_set(&exchange, "X-Fresh-Metadata", "true");
	http_exchange_set(&exchange, "Destination",
			  arena_printf(arena, "%s/%s", percent_encode(arena, span_of(copy->swift->settings.container), ""),
				       percent_encode(arena, span_of(copy->to), "/")));
	return service_run_fine(&exchange, arena, error);
}

/* Puts the key of the copy into the source's metadata. A POST replaces all metadata, so that the rest is sent again. */
static struct http_exchange mark_source(const struct copy *copy, struct arena *arena)
{
	struct http_exchange exchange = swift_exchange(copy->swift, "POST", copy->from, "", arena);

	swift_set_upload(&exchange, copy->source.upload);
	swift_set_copied(copy->swift, &exchange, copy->to, arena);
	if (copy->source.kind == SWIFT_DYNAMIC)
		http_exchange_set(&exchange, "X-Object-Manifest", copy->source.segments);
	return exchange;
}

/* Reads the manifest, marks the source, takes the upload's note away. *manifest is empty for a dynamic one. */
static bool prepare_source(const struct copy *copy, struct span *manifest, struct arena *arena, struct error *error)
{
	struct swift *swift = copy->swift;
	const char *note = swift_note(swift, copy->from, copy->source.upload, arena);
	struct http_exchange steps[3] = {
		mark_source(copy, arena),
		swift_exchange(swift, "DELETE", note, "", arena),
		swift_exchange(swift, "GET", copy->from, "multipart-manifest=get&format=raw", arena),
	};
	size_t count = copy->source.kind == SWIFT_STATIC ? 3 : 2;

	steps[2].keep = MANIFEST_BYTES;
	if (!service_run_all(steps, count, SWIFT_AT_ONCE, arena, error))
		return false;
	if (!service_fine(&steps[0]))
		return service_refused(&steps[0], error);
	if (!service_fine(&steps[1]) && steps[1].status != 404)
		return service_refused(&steps[1], error);
	if (count == 3 && !service_fine(&steps[2]))
		return service_refused(&steps[2], error);
	*manifest = count == 3 ? steps[2].answer : (struct span){"", 0};
	return true;
}

static bool copy_manifest(const struct copy *copy, struct arena *arena, struct error *error)
{
	bool fixed = copy->source.kind == SWIFT_STATIC;
	struct http_exchange exchange =
		swift_exchange(copy->swift, "PUT", copy->to, fixed ? "multipart-manifest=put" : "", arena);
	struct span manifest = {NULL, 0};

	if (!prepare_source(copy, &manifest, arena, error))
		return false;
	exchange.body = http_body_bytes(manifest);
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	swift_set_upload(&exchange, copy->source.upload);
	if (!fixed)
		http_exchange_set(&exchange, "X-Object-Manifest", copy->source.segments);
	if (!copy->replaces) /* to overwrite another upload's manifest would lose its segments */
		http_exchange_set(&exchange, "If-None-Match", "*");
	if (!service_run(&exchange, arena, error))
		return false;
	if (exchange.status == 412)
		return swift_has_size(copy->swift, copy->to, copy->size, arena, error);
	return service_fine(&exchange) || service_refused(&exchange, error);
}

bool swift_copy(struct object_service *service, const char *from, const char *to, uint64_t size, struct arena *arena,
		struct error *error)
{
	struct copy copy = {.swift = swift_of(service), .from = from, .to = to, .size = size};
	bool shared = false;
	uint64_t there = 0;

	if (!swift_head(service, to, &copy.replaces, &there, arena, error) ||
	    !swift_look(copy.swift, from, &copy.source, arena, error))
		return false;
	if (copy.replaces && there == size)
		return true;
	if (copy.replaces)
		log_warn("storage: swift: %s has %llu bytes, not %llu: it is replaced", to, (unsigned long long)there,
			 (unsigned long long)size);
	if (copy.source.copied[0] && strcmp(copy.source.copied, to) != 0 &&
	    !swift_is_made_of(copy.swift, copy.source.copied, copy.source.upload, &shared, arena, error))
		return false;
	if (copy.source.kind == SWIFT_ABSENT) {
		log_error("storage: swift: %s is to be copied, but is absent", from);
		return error_unavailable(error, RETRY_AFTER);
	}
	return copy.source.kind == SWIFT_PLAIN || shared ? copy_bytes(&copy, arena, error)
							 : copy_manifest(&copy, arena, error);
}
