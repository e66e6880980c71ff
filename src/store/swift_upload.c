/* SPDX-License-Identifier: MIT */
/* Uploads in parts: each is a segment, and the manifest makes an object of them. */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "berth/base/hex.h"
#include "berth/base/json_write.h"
#include "berth/base/log.h"
#include "berth/base/strbuf.h"
#include "swift_large.h"

#define ID_BYTES 20                         /* as many digits as distribution's SHA-1 has */
#define MANIFEST_BYTES ((size_t)16 << 20)
#define SHOW_UP_MS 15000 /* a listing, and with it the size of a dynamic manifest, may lag that much */

bool swift_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		 struct error *error)
{
	struct swift *swift = (struct swift *)service;
	unsigned char raw[ID_BYTES];
	char id[2 * ID_BYTES + 1];
	struct http_exchange note;

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		return error_set(error, E_UNKNOWN);
	hex_encode(id, raw, sizeof raw);
	note = swift_exchange(swift, "PUT", swift_note(swift, key, id, arena), NULL, arena);
	http_exchange_set(&note, "Content-Type", "application/octet-stream");
	if (!swift_run(swift, &note, arena, error))
		return false;
	if (!swift_fine(&note))
		return swift_put_refused(&note, error);
	*out = (struct object_upload){.key = arena_strdup(arena, key), .id = arena_strdup(arena, id)};
	return true;
}

static bool take_tag(const struct http_exchange *answer, struct object_part *part, struct error *error)
{
	struct span tag = http_exchange_header(answer, "ETag");

	if (!swift_fine(answer))
		return swift_put_refused(answer, error);
	if (tag.len == 0 || tag.len >= sizeof part->tag)
		return swift_strange(answer, "no ETag", error);
	memcpy(part->tag, tag.ptr, tag.len);
	part->tag[tag.len] = '\0';
	return true;
}

bool swift_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	for (size_t i = 0; i < count; i++)
		list[i] = swift_put_exchange(swift, swift_segment(swift, upload->id, parts[i].number, arena),
					     &parts[i].body, arena);
	if (!swift_run_all(swift, list, count, arena, error))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!take_tag(&list[i], &parts[i], error))
			return false;
	return true;
}

/* ---- completing ---- */

static uint64_t size_of(const struct object_part *parts, size_t count)
{
	uint64_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += parts[i].size;
	return size;
}

/* "Static Large Objects": path, etag and size of each; Swift refuses when a segment is not so. */
static struct span manifest_of(const struct swift *swift, const struct object_upload *upload,
			       const struct object_part *parts, size_t count, struct arena *arena)
{
	struct strbuf text;
	struct json_writer json = json_writer(&text);

	strbuf_init(&text, arena, MANIFEST_BYTES);
	json_open(&json, '[');
	for (size_t i = 0; i < count; i++) {
		const char *segment = swift_segment(swift, upload->id, parts[i].number, arena);

		json_open(&json, '{');
		json_key(&json, "path");
		json_text(&json, arena_printf(arena, "/%s/%s", swift->settings.container, segment));
		json_key(&json, "etag");
		json_text(&json, parts[i].tag);
		json_key(&json, "size_bytes");
		json_u64(&json, parts[i].size);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	return strbuf_span(&text);
}

/*
 * Never over an object that is there: a manifest of another upload would leave segments that nobody knows of, and our own
 * need not be written twice.
 */
static struct http_exchange manifest_put(struct swift *swift, const struct object_upload *upload,
					 const struct object_part *parts, size_t count, struct arena *arena)
{
	bool fixed = swift->powers.slo && count <= swift->powers.manifest_max;
	struct http_exchange exchange =
		swift_exchange(swift, "PUT", upload->key, fixed ? "multipart-manifest=put" : NULL, arena);

	if (fixed)
		exchange.body = http_body_bytes(manifest_of(swift, upload, parts, count, arena));
	else
		http_exchange_set(&exchange, "X-Object-Manifest",
				  arena_printf(arena, "%s/%s/", swift->settings.container,
					       swift_segments(swift, upload->id, arena)));
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	http_exchange_set(&exchange, "If-None-Match", "*");
	swift_set_upload(&exchange, upload->id);
	return exchange;
}

static void wait_ms(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	(void)nanosleep(&time, NULL);
}

/* True as soon as the object has its size. For a dynamic manifest the listing of its segments is given time. */
static bool shows_up(struct swift *swift, const char *key, uint64_t size, struct arena *arena, struct error *error)
{
	uint64_t got = 0;
	bool found = false;
	long waited = 0;

	for (long wait = 20; waited < SHOW_UP_MS; wait *= 2) {
		if (!swift_head(&swift->service, key, &found, &got, arena, error))
			return false;
		if (found && got >= size)
			break;
		wait_ms(wait);
		waited += wait;
	}
	return swift_has_size(swift, key, size, arena, error);
}

/*
 * The object is there with its size; made by this upload, or else by another, whose segments it is made of: ours are then
 * left to be abandoned.
 */
static bool settle(struct swift *swift, const struct object_upload *upload, uint64_t size, struct arena *arena,
		   struct error *error)
{
	struct swift_large large;

	if (!swift_look(swift, upload->key, &large, arena, error))
		return false;
	if (large.kind == SWIFT_DYNAMIC ? !shows_up(swift, upload->key, size, arena, error)
					: !swift_has_size(swift, upload->key, size, arena, error))
		return false;
	return strcmp(large.upload, upload->id) != 0 ||
	       swift_delete(swift, swift_note(swift, upload->key, upload->id, arena), arena, error);
}

bool swift_complete(struct object_service *service, const struct object_upload *upload,
		    const struct object_part *parts, size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	uint64_t size = size_of(parts, count);
	struct http_exchange exchange;

	if (!swift_ready(swift, arena, error))
		return false;
	exchange = manifest_put(swift, upload, parts, count, arena);
	if (!swift_run(swift, &exchange, arena, error))
		return false;
	if (!swift_fine(&exchange) && exchange.status != 412)
		return swift_put_refused(&exchange, error);
	return settle(swift, upload, size, arena, error);
}

/* ---- giving up ---- */

/* Without its note an upload is an object, or gone: its segments are none of ours any more. */
static bool is_noted(struct swift *swift, const char *note, bool *out, struct arena *arena, struct error *error)
{
	struct swift_large large;

	if (!swift_look(swift, note, &large, arena, error))
		return false;
	*out = large.kind != SWIFT_ABSENT;
	return true;
}

static unsigned last_number(const struct object_part *parts, size_t count)
{
	unsigned last = 0;

	for (size_t i = 0; i < count; i++)
		last = parts[i].number > last ? parts[i].number : last;
	return last;
}

bool swift_abandon(struct object_service *service, const struct object_upload *upload,
		   const struct object_part *parts, size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	const char *note = swift_note(swift, upload->key, upload->id, arena);
	const char *folder = arena_printf(arena, "%s/", swift_segments(swift, upload->id, arena));
	bool noted, whole;

	if (!is_noted(swift, note, &noted, arena, error))
		return false;
	if (!noted)
		return true;
	if (!swift_is_made_of(swift, upload->key, upload->id, &whole, arena, error))
		return false;
	return (whole || swift_delete_segments(swift, folder, last_number(parts, count), arena, error)) &&
	       swift_delete(swift, note, arena, error);
}

/* ---- finding what was given up by nobody ---- */

struct search {
	const char *root; /* in front of the key in a note's name */
	object_unfinished_fn *visit;
	void *context;
	struct arena *arena;
};

static bool show(void *context, const char *name, uint64_t size, int64_t age)
{
	struct search *search = context;
	const char *key = name + strlen(search->root), *slash = strrchr(key, '/');
	struct object_upload upload;

	(void)size;
	if (!slash || slash == key)
		return true;
	upload.key = arena_span(search->arena, (struct span){key, (size_t)(slash - key)});
	upload.id = arena_strdup(search->arena, slash + 1);
	return search->visit(search->context, &upload, age);
}

bool swift_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit,
			   void *context, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	struct search search = {.visit = visit, .context = context, .arena = arena};

	search.root = arena_printf(arena, "%sunfinished/", swift_segments_root(swift, arena));
	return swift_list(swift, arena_printf(arena, "%s%s", search.root, prefix), show, &search, arena, error);
}
