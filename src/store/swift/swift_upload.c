/* SPDX-License-Identifier: MIT */
/* Uploads in parts: each is a segment, and the manifest makes an object of them. */
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "berth/base/hex.h"
#include "berth/base/json_write.h"
#include "berth/base/log.h"
#include "berth/base/strbuf.h"
#include "swift_large_priv.h"

#define ID_BYTES 20 /* as many digits as distribution's SHA-1 has */
#define MANIFEST_BYTES ((size_t)16 << 20)
#define SHOW_UP_MS 15000 /* a listing, and with it the size of a dynamic manifest, may lag that much */

static bool put_note(struct swift *swift, const char *key, const char *upload, struct arena *arena, struct error *error)
{
	struct http_exchange note = swift_exchange(swift, "PUT", swift_note(swift, key, upload, arena), NULL, arena);

	http_exchange_set(&note, "Content-Type", "application/octet-stream");
	return swift_run(swift, &note, arena, error) && (swift_fine(&note) || swift_put_refused(&note, error));
}

bool swift_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		 struct error *error)
{
	struct swift *swift = (struct swift *)service;
	unsigned char raw[ID_BYTES];
	char id[2 * ID_BYTES + 1];

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		return error_set(error, E_UNKNOWN);
	hex_encode(id, raw, sizeof raw);
	if (!put_note(swift, key, id, arena, error))
		return false;
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

/* Whether a static manifest will do: where there are some, and of as many segments. */
static bool is_static(const struct swift *swift, size_t count)
{
	return swift->powers.slo && count <= swift->powers.manifest_max;
}

static struct http_exchange manifest_put(struct swift *swift, const struct object_upload *upload,
					 const struct object_part *parts, size_t count, struct arena *arena)
{
	bool fixed = is_static(swift, count);
	struct http_exchange exchange =
		swift_exchange(swift, "PUT", upload->key, fixed ? "multipart-manifest=put" : NULL, arena);

	if (fixed)
		exchange.body = http_body_bytes(manifest_of(swift, upload, parts, count, arena));
	else
		http_exchange_set(&exchange, "X-Object-Manifest",
				  arena_printf(arena, "%s/%s/", swift->settings.container,
					       swift_segments(swift, upload->id, arena)));
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
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

static bool put_manifest(struct swift *swift, struct http_exchange *exchange, struct arena *arena, struct error *error)
{
	return swift_run(swift, exchange, arena, error) && (swift_fine(exchange) || swift_put_refused(exchange, error));
}

/*
 * What is there is shorter: this upload was completed before it had all its parts, or another one was that this one goes on
 * from. Of that the note is made again first, so that its segments are found whatever happens; those that serve a copy stay.
 */
static bool replace(struct swift *swift, const struct object_upload *upload, const struct swift_large *old,
		    struct http_exchange *manifest, struct arena *arena, struct error *error)
{
	const struct object_upload before = {upload->key, old->upload};
	bool same = strcmp(old->upload, upload->id) == 0, other = !same && old->upload[0] && !old->copied[0];

	if (other && !put_note(swift, before.key, before.id, arena, error))
		return false;
	if (same && old->copied[0])
		swift_set_copied(swift, manifest, old->copied, arena);
	return put_manifest(swift, manifest, arena, error) &&
	       (!other || swift_abandon(&swift->service, &before, NULL, 0, arena, error));
}

/*
 * `refused` was not put where nothing is: an object is there (412), or segments are gone (400). When there is one that has the
 * size it will do: made by an earlier try, or by another upload, and then our segments are not needed.
 */
static bool settle(struct swift *swift, const struct object_upload *upload, const struct object_part *parts, size_t count,
		   const struct http_exchange *refused, struct http_exchange *manifest, struct arena *arena,
		   struct error *error)
{
	struct swift_large old;
	uint64_t size = 0;
	bool found = false;

	if (!swift_look(swift, upload->key, &old, arena, error) ||
	    !swift_head(&swift->service, upload->key, &found, &size, arena, error))
		return false;
	if (found && size == size_of(parts, count))
		return strcmp(old.upload, upload->id) == 0 ||
		       swift_abandon(&swift->service, upload, parts, count, arena, error);
	if (refused->status == 400)
		return swift_put_refused(refused, error);
	return replace(swift, upload, &old, manifest, arena, error);
}

/* Never over an object that is there: another upload's segments would be nobody's. */
static bool put_where_nothing_is(struct swift *swift, const struct object_upload *upload, const struct object_part *parts,
				 size_t count, struct arena *arena, struct error *error)
{
	struct http_exchange manifest = manifest_put(swift, upload, parts, count, arena), first = manifest;

	http_exchange_set(&first, "If-None-Match", "*");
	if (!swift_run(swift, &first, arena, error))
		return false;
	if (first.status == 412 || first.status == 400)
		return settle(swift, upload, parts, count, &first, &manifest, arena, error);
	return swift_fine(&first) || swift_put_refused(&first, error);
}

/*
 * Parts that were sent twice, and the first time in more pieces, left segments behind the last one. A dynamic manifest would
 * take them for its own.
 */
static bool remove_strays(struct swift *swift, const struct object_upload *upload, size_t count, struct arena *arena,
			  struct error *error)
{
	const char *folder = arena_printf(arena, "%s/", swift_segments(swift, upload->id, arena));

	return swift_delete_behind(swift, folder, swift_segment(swift, upload->id, (unsigned)count, arena), arena, error);
}

bool swift_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	uint64_t size = size_of(parts, count);

	return swift_ready(swift, arena, error) && remove_strays(swift, upload, count, arena, error) &&
	       put_where_nothing_is(swift, upload, parts, count, arena, error) &&
	       (is_static(swift, count) ? swift_has_size(swift, upload->key, size, arena, error)
					: shows_up(swift, upload->key, size, arena, error)) &&
	       swift_delete(swift, swift_note(swift, upload->key, upload->id, arena), arena, error);
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

bool swift_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
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

bool swift_list_unfinished(struct object_service *service, const char *prefix, object_unfinished_fn *visit, void *context,
			   struct arena *arena, struct error *error)
{
	struct swift *swift = (struct swift *)service;
	struct search search = {.visit = visit, .context = context, .arena = arena};

	search.root = arena_printf(arena, "%sunfinished/", swift_segments_root(swift, arena));
	return swift_list(swift, arena_printf(arena, "%s%s", search.root, prefix), "", show, &search, arena, error);
}
