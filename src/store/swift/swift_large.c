/* SPDX-License-Identifier: MIT */
/* Large objects: looking at one, removing one with or without its segments. */
#include "swift_large_priv.h"

#include <string.h>

#include "berth/base/log.h"
#include "swift_list_priv.h"
#include "swift_object_priv.h"

#define UPLOAD_FIELD "X-Object-Meta-Berth-Upload"
#define COPIED_FIELD "X-Object-Meta-Berth-Copied"
#define BATCH 100
#define RETRY_AFTER 5 /* seconds, for the client */

/* ---- names ---- */

static const char *below_prefix(const char *prefix, const char *folder, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s/%s/", prefix, folder);

	return path + strspn(path, "/");
}

const char *swift_key_prefix(const char *prefix, struct arena *arena)
{
	return below_prefix(prefix, "files", arena);
}

const char *swift_segments_root(const struct swift *swift, struct arena *arena)
{
	return below_prefix(swift->settings.prefix, "segments", arena);
}

const char *swift_segments(const struct swift *swift, const char *upload, struct arena *arena)
{
	return arena_printf(arena, "%s%.3s/%s", swift_segments_root(swift, arena), upload,
			    strlen(upload) > 3 ? upload + 3 : "");
}

const char *swift_segment(const struct swift *swift, const struct object_upload *upload, const struct object_part *part,
			  struct arena *arena)
{
	const char *sending = strstr(part->tag, SWIFT_SENDING);

	return arena_printf(arena, "%s/%016u%s%s", swift_segments(swift, upload->id, arena), part->number,
			    sending ? "-" : "", sending ? sending + 1 : "");
}

const char *swift_note(const struct swift *swift, const char *key, const char *upload, struct arena *arena)
{
	return arena_printf(arena, "%sunfinished/%s/%s", swift_segments_root(swift, arena), key, upload);
}

/* ---- looking ---- */

void swift_set_upload(struct http_exchange *exchange, const char *upload)
{
	if (upload[0])
		http_exchange_set(exchange, UPLOAD_FIELD, upload);
}

void swift_set_copied(const struct swift *swift, struct http_exchange *exchange, const char *target, struct arena *arena)
{
	const char *prefix = swift_key_prefix(swift->settings.prefix, arena);
	size_t len = strlen(prefix);

	http_exchange_set(exchange, COPIED_FIELD, strncmp(target, prefix, len) == 0 ? target + len : target);
}

static const char *large_field(const struct http_exchange *exchange, const char *name, struct arena *arena)
{
	return arena_span(arena, http_exchange_header(exchange, name));
}

bool swift_look(struct swift *swift, const char *key, struct swift_large *out, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = swift_exchange(swift, "HEAD", key, "multipart-manifest=get", arena);

	bool found;

	*out = (struct swift_large){.kind = SWIFT_ABSENT, .upload = "", .copied = "", .segments = ""};
	http_exchange_set(&exchange, "X-Newest", "true");
	if (!swift_find(&exchange, &found, arena, error))
		return false;
	if (!found)
		return true;
	out->upload = large_field(&exchange, UPLOAD_FIELD, arena);
	out->copied = large_field(&exchange, COPIED_FIELD, arena);
	if (out->copied[0]) /* kept without the prefix: metadata holds 256 bytes */
		out->copied = arena_printf(arena, "%s%s", swift_key_prefix(swift->settings.prefix, arena), out->copied);
	out->segments = large_field(&exchange, "X-Object-Manifest", arena);
	out->kind = out->segments[0]                                                                   ? SWIFT_DYNAMIC
		    : span_is_nocase(http_exchange_header(&exchange, "X-Static-Large-Object"), "true") ? SWIFT_STATIC
												       : SWIFT_PLAIN;
	return true;
}

bool swift_is_made_of(struct swift *swift, const char *key, const char *upload, bool *out, struct arena *arena,
		      struct error *error)
{
	struct swift_large other;

	if (!swift_look(swift, key, &other, arena, error))
		return false;
	*out = other.kind > SWIFT_PLAIN && other.upload[0] && strcmp(other.upload, upload) == 0;
	return true;
}

bool swift_has_size(struct swift *swift, const char *key, uint64_t size, struct arena *arena, struct error *error)
{
	uint64_t got = 0;
	bool found = false;

	if (!swift_head(&swift->service.base, key, &found, &got, arena, error))
		return false;
	if (found && got == size)
		return true;
	log_error("storage: swift: %s: %s, where %llu bytes are due", key, found ? "another size" : "absent",
		  (unsigned long long)size);
	return error_unavailable(error, RETRY_AFTER);
}

/* ---- putting ---- */

/* A large object with this size is the blob that its key names. A PUT over it would lose its segments. */
static bool will_do(struct swift *swift, const char *key, uint64_t size, bool *out, struct arena *arena,
		    struct error *error)
{
	struct swift_large old;
	uint64_t there = 0;
	bool found = false;

	*out = false;
	if (!swift_look(swift, key, &old, arena, error))
		return false;
	if (old.kind <= SWIFT_PLAIN)
		return true;
	if (!swift_head(&swift->service.base, key, &found, &there, arena, error))
		return false;
	*out = found && there == size;
	if (found && !*out)
		log_warn("storage: swift: %s has %llu bytes, not %llu: it is replaced", key, (unsigned long long)there,
			 (unsigned long long)size);
	return true;
}

bool swift_put(struct object_service *service, const char *key, const struct http_client_body *body, struct arena *arena,
	       struct error *error)
{
	struct swift *swift = swift_of(service);
	struct http_exchange over = swift_put_exchange(swift, key, body, arena), first = over;
	bool done;

	http_exchange_set(&first, "If-None-Match", "*");
	if (!service_run(&first, arena, error))
		return false;
	if (first.status != 412)
		return service_fine(&first) || swift_put_refused(&first, error);
	if (!will_do(swift, key, body->length, &done, arena, error))
		return false;
	return done || swift_run_put(&over, arena, error);
}

/* ---- removing ---- */

bool swift_delete(struct swift *swift, const char *key, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = swift_exchange(swift, "DELETE", key, "", arena);
	bool found;

	return swift_find(&exchange, &found, arena, error);
}

/* Objects to be removed, some at once. */
struct batch {
	struct swift *swift;
	struct http_exchange list[BATCH];
	size_t count;
	const char *const *kept; /* sorted names that stay */
	size_t kept_count;
	struct arena *arena;
	struct error *error;
	bool failed;
};

static bool flush(struct batch *batch)
{
	size_t count = batch->count;

	batch->count = 0;
	if (!service_run_all(batch->list, count, SWIFT_AT_ONCE, batch->arena, batch->error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!service_fine(&batch->list[i]) && batch->list[i].status != 404)
			return service_refused(&batch->list[i], batch->error);
	return true;
}

static bool add(struct batch *batch, const char *name)
{
	batch->list[batch->count++] = swift_exchange(batch->swift, "DELETE", name, "", batch->arena);
	batch->failed |= batch->count == BATCH && !flush(batch);
	return !batch->failed;
}

/* Both the listing and `kept` are sorted. */
static bool add_listed(void *context, const char *name, uint64_t size, int64_t age)
{
	struct batch *batch = context;

	(void)size, (void)age;
	while (batch->kept_count && strcmp(*batch->kept, name) < 0)
		batch->kept++, batch->kept_count--;
	if (batch->kept_count && strcmp(*batch->kept, name) == 0)
		return true;
	return add(batch, arena_strdup(batch->arena, name));
}

static struct batch *batch_new(struct swift *swift, struct arena *arena, struct error *error)
{
	struct batch *batch = arena_alloc(arena, sizeof *batch);

	*batch = (struct batch){.swift = swift, .arena = arena, .error = error};
	return batch;
}

bool swift_delete_below(struct swift *swift, const char *folder, const char *const *kept, size_t count, struct arena *arena,
			struct error *error)
{
	struct batch *batch = batch_new(swift, arena, error);

	batch->kept = kept;
	batch->kept_count = count;
	return swift_list(swift, folder, "", add_listed, batch, arena, error) && !batch->failed && flush(batch);
}

bool swift_delete_named(struct swift *swift, const char *const *names, size_t count, struct arena *arena,
			struct error *error)
{
	struct batch *batch = batch_new(swift, arena, error);

	for (size_t i = 0; i < count && !batch->failed; i++)
		(void)add(batch, names[i]);
	return !batch->failed && flush(batch);
}

/* Swift removes the segments and then the manifest. The body of its 200 says whether that worked. */
static bool remove_listed(struct swift *swift, const char *key, struct arena *arena, struct error *error)
{
	struct http_exchange exchange = swift_exchange(swift, "DELETE", key, "multipart-manifest=delete", arena);
	const char *status;
	bool found;

	http_exchange_set(&exchange, "Accept", "application/json");
	if (!swift_find(&exchange, &found, arena, error))
		return false;
	if (!found)
		return true;
	status = swift_text(json_read(arena, exchange.answer, NULL), "Response Status");
	if (strncmp(status, "200", 3) == 0 || strncmp(status, "404", 3) == 0)
		return true;
	return service_failed(&exchange, arena_printf(arena, "segments were not removed: %.100s", status), error);
}

/* The folder can hold segments that arrived too late for the manifest. */
static bool remove_static(struct swift *swift, const char *key, const struct swift_large *large, struct arena *arena,
			  struct error *error)
{
	const char *folder = arena_printf(arena, "%s/", swift_segments(swift, large->upload, arena));

	return remove_listed(swift, key, arena, error) &&
	       (!large->upload[0] || swift_delete_below(swift, folder, NULL, 0, arena, error));
}

/* Segments elsewhere than in the registry's own folder are left alone. */
static bool remove_dynamic(struct swift *swift, const char *key, const struct swift_large *large, struct arena *arena,
			   struct error *error)
{
	const char *own = arena_printf(arena, "%s/%s", swift->settings.container, swift_segments_root(swift, arena));
	const char *folder = large->segments + strlen(swift->settings.container) + 1;

	if (strncmp(large->segments, own, strlen(own)) != 0 || !large->segments[strlen(own)])
		log_warn("storage: swift: %s: its segments are not below %s: they are not removed", key, own);
	else if (!swift_delete_below(swift,
				     arena_printf(arena, "%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/"),
				     NULL, 0, arena, error))
		return false;
	return swift_delete(swift, key, arena, error);
}

bool swift_remove(struct object_service *service, const char *key, struct arena *arena, struct error *error)
{
	struct swift *swift = swift_of(service);
	struct swift_large large;
	bool shared = false;

	if (!swift_look(swift, key, &large, arena, error))
		return false;
	if (large.copied[0] && !swift_is_made_of(swift, large.copied, large.upload, &shared, arena, error))
		return false;
	if (large.kind == SWIFT_ABSENT)
		return true;
	if (large.kind == SWIFT_PLAIN || shared)
		return swift_delete(swift, key, arena, error);
	if (large.kind == SWIFT_STATIC)
		return remove_static(swift, key, &large, arena, error);
	return remove_dynamic(swift, key, &large, arena, error);
}
