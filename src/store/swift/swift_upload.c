/* SPDX-License-Identifier: MIT */
/*
 * Uploads in parts: each part is a segment, and the manifest makes an object of them.
 *
 * The manifest is put only where no object is: a manifest that overwrites another one loses the segments of that one.
 * When Swift refuses that (412: there is an object; 400: a segment is missing), the object that is there decides:
 *
 *     OURS      it has the size, and is made of our segments: an earlier try has completed   nothing to do
 *     OTHER     it has the size, and another upload has made it                              our segments go
 *     SHORTER   it has another size, and our segments are there                              our manifest replaces it
 *     GONE      it has another size or is absent, and a segment is missing                   the upload is refused
 */
#include "swift_upload_priv.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "../service/multipart_priv.h"
#include "berth/base/hex.h"
#include "berth/base/json_write.h"
#include "berth/base/pause.h"
#include "berth/base/strbuf.h"
#include "swift_large_priv.h"
#include "swift_list_priv.h"
#include "swift_object_priv.h"

#define ID_BYTES 20 /* as many digits as distribution's SHA-1 has */
#define MANIFEST_BYTES ((size_t)16 << 20)
#define SHOW_UP_MS 15000 /* a listing, and with it the size of a dynamic manifest, may lag that much */

static bool put_note(struct swift *swift, const char *key, const char *upload, struct arena *arena, struct error *error)
{
	struct http_exchange note = swift_exchange(swift, "PUT", swift_note(swift, key, upload, arena), "", arena);

	http_exchange_set(&note, "Content-Type", "application/octet-stream");
	return swift_run_put(&note, arena, error);
}

bool swift_begin(struct object_service *service, const char *key, struct object_upload *out, struct arena *arena,
		 struct error *error)
{
	struct swift *swift = swift_of(service);
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

/* Names a part that is about to be sent. A dynamic manifest takes every name of the folder, so there a part sent again replaces. */
static void name_sending(const struct swift *swift, struct object_part *part)
{
	part->tag[0] = '\0';
	if (!swift->powers.slo)
		return;
	part->tag[0] = *SWIFT_SENDING;
	multipart_nonce(part->tag + 1);
}

/* The tag is the ETag, and the sending behind it. */
static bool take_tag(struct object_part *part, struct span etag)
{
	char sending[OBJECT_TAG_MAX];
	size_t len;

	memcpy(sending, part->tag, sizeof sending);
	if (!multipart_take_tag(part, etag))
		return false;
	len = strlen(part->tag);
	return (size_t)snprintf(part->tag + len, sizeof part->tag - len, "%s", sending) < sizeof part->tag - len;
}

bool swift_put_parts(struct object_service *service, const struct object_upload *upload, struct object_part *parts,
		     size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = swift_of(service);
	struct http_exchange *list = arena_array(arena, count, sizeof *list);

	if (!service_ready(&swift->service, arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		name_sending(swift, &parts[i]);
		list[i] = swift_put_exchange(swift, swift_segment(swift, upload, &parts[i], arena), &parts[i].body, arena);
	}
	if (!service_run_all(list, count, SWIFT_AT_ONCE, arena, error))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!service_fine(&list[i]))
			return swift_put_refused(&list[i], error);
		if (!take_tag(&parts[i], http_exchange_header(&list[i], "ETag")))
			return service_failed(&list[i], "there is no ETag", error);
	}
	return true;
}

static const char *const *segments_of(const struct swift *swift, const struct object_upload *upload,
				      const struct object_part *parts, size_t count, struct arena *arena)
{
	const char **names = arena_array(arena, count + 1, sizeof *names);

	for (size_t i = 0; i < count; i++)
		names[i] = swift_segment(swift, upload, &parts[i], arena);
	return names;
}

/* ---- the manifest ---- */

struct completion {
	struct swift *swift;
	const struct object_upload *upload;
	const struct object_part *parts;
	size_t count;
	uint64_t size;                 /* of all parts */
	bool is_static;                /* the cluster has static manifests, of as many segments */
	struct http_exchange manifest; /* puts the manifest over whatever is there */
	struct http_exchange refused;  /* the same, refused because of what is there */
	struct swift_large there;      /* what is there */
	struct arena *arena;
};

/* "Static Large Objects": path, etag and size of each; Swift refuses when a segment is not so. */
static struct span manifest_of(const struct completion *completion)
{
	const struct swift *swift = completion->swift;
	struct arena *arena = completion->arena;
	struct strbuf text;
	struct json_writer json = json_writer(&text);

	strbuf_init(&text, arena, MANIFEST_BYTES);
	json_open(&json, '[');
	for (size_t i = 0; i < completion->count; i++) {
		const struct object_part *part = &completion->parts[i];
		const char *segment = swift_segment(swift, completion->upload, part, arena);

		json_open(&json, '{');
		json_key(&json, "path");
		json_text(&json, arena_printf(arena, "/%s/%s", swift->settings.container, segment));
		json_key(&json, "etag");
		json_text(&json, arena_span(arena, (struct span){part->tag, strcspn(part->tag, SWIFT_SENDING)}));
		json_key(&json, "size_bytes");
		json_u64(&json, part->size);
		json_close(&json, '}');
	}
	json_close(&json, ']');
	return strbuf_span(&text);
}

static struct http_exchange manifest_put(const struct completion *completion)
{
	struct swift *swift = completion->swift;
	struct arena *arena = completion->arena;
	const struct object_upload *upload = completion->upload;
	const char *query = completion->is_static ? "multipart-manifest=put" : "";
	struct http_exchange exchange = swift_exchange(swift, "PUT", upload->key, query, arena);

	if (completion->is_static)
		exchange.body = http_body_bytes(manifest_of(completion));
	else
		http_exchange_set(&exchange, "X-Object-Manifest",
				  arena_printf(arena, "%s/%s/", swift->settings.container,
					       swift_segments(swift, upload->id, arena)));
	http_exchange_set(&exchange, "Content-Type", "application/octet-stream");
	swift_set_upload(&exchange, upload->id);
	return exchange;
}

/* ---- what is there ---- */

enum there { THERE_OURS, THERE_OTHER, THERE_SHORTER, THERE_GONE };

static bool completion_look(struct completion *completion, enum there *out, struct error *error)
{
	struct swift *swift = completion->swift;
	const struct object_upload *upload = completion->upload;
	uint64_t size = 0;
	bool found = false;

	if (!swift_look(swift, upload->key, &completion->there, completion->arena, error) ||
	    !swift_head(&swift->service.base, upload->key, &found, &size, completion->arena, error))
		return false;
	if (found && size == completion->size)
		*out = strcmp(completion->there.upload, upload->id) == 0 ? THERE_OURS : THERE_OTHER;
	else
		*out = completion->refused.status == 400 ? THERE_GONE : THERE_SHORTER;
	return true;
}

typedef bool settle_fn(struct completion *completion, struct error *error);

static bool settle_ours(struct completion *completion, struct error *error)
{
	(void)completion, (void)error;
	return true;
}

static bool settle_other(struct completion *completion, struct error *error)
{
	return swift_abandon(&completion->swift->service.base, completion->upload, completion->parts, completion->count,
			     completion->arena, error);
}

/*
 * This upload was completed before it had all its parts, or another one was that this one goes on from. The other one gets its
 * note back first, so that its segments are found whatever happens. Segments that serve a copy stay.
 */
static bool settle_shorter(struct completion *completion, struct error *error)
{
	struct swift *swift = completion->swift;
	struct arena *arena = completion->arena;
	const struct swift_large *there = &completion->there;
	const struct object_upload before = {completion->upload->key, there->upload};
	bool is_ours = strcmp(there->upload, completion->upload->id) == 0;
	bool is_to_go = !is_ours && there->upload[0] && !there->copied[0];

	if (is_to_go && !put_note(swift, before.key, before.id, arena, error))
		return false;
	if (is_ours && there->copied[0])
		swift_set_copied(swift, &completion->manifest, there->copied, arena);
	return swift_run_put(&completion->manifest, arena, error) &&
	       (!is_to_go || swift_abandon(&swift->service.base, &before, NULL, 0, arena, error));
}

static bool settle_gone(struct completion *completion, struct error *error)
{
	return swift_put_refused(&completion->refused, error);
}

/* ---- completing ---- */

static bool put_manifest(struct completion *completion, struct error *error)
{
	static settle_fn *const settle[] = {[THERE_OURS] = settle_ours,
					    [THERE_OTHER] = settle_other,
					    [THERE_SHORTER] = settle_shorter,
					    [THERE_GONE] = settle_gone};
	struct http_exchange first;
	enum there there;

	completion->manifest = first = manifest_put(completion);
	http_exchange_set(&first, "If-None-Match", "*");
	if (!service_run(&first, completion->arena, error))
		return false;
	if (first.status != 412 && first.status != 400)
		return service_fine(&first) || swift_put_refused(&first, error);
	completion->refused = first;
	return completion_look(completion, &there, error) && settle[there](completion, error);
}

/* Whether the object has its size. For a dynamic manifest the listing of its segments is given time. */
static bool shows_up(const struct completion *completion, struct error *error)
{
	struct swift *swift = completion->swift;
	const char *key = completion->upload->key;
	struct arena *arena = completion->arena;
	uint64_t size = completion->size;
	uint64_t got = 0;
	bool found = false;
	unsigned waited = 0;

	for (unsigned wait = 20; !completion->is_static && waited < SHOW_UP_MS; wait *= 2) {
		if (!swift_head(&swift->service.base, key, &found, &got, arena, error))
			return false;
		if (found && got >= size)
			break;
		pause_ms(wait);
		waited += wait;
	}
	return swift_has_size(swift, key, size, arena, error);
}

/* Removes segments that are none of the parts: of parts that were sent twice. A dynamic manifest would include them. */
static bool remove_strays(const struct completion *completion, struct error *error)
{
	struct swift *swift = completion->swift;
	const struct object_upload *upload = completion->upload;
	struct arena *arena = completion->arena;
	const char *folder = arena_printf(arena, "%s/", swift_segments(swift, upload->id, arena));

	return swift_delete_below(swift, folder, segments_of(swift, upload, completion->parts, completion->count, arena),
				  completion->count, arena, error);
}

bool swift_complete(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		    size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = swift_of(service);
	struct completion completion = {.swift = swift,
					.upload = upload,
					.parts = parts,
					.count = count,
					.size = multipart_size(parts, count),
					.arena = arena};

	if (!service_ready(&swift->service, arena, error))
		return false;
	completion.is_static = swift->powers.slo && count <= swift->powers.manifest_max;
	return remove_strays(&completion, error) && put_manifest(&completion, error) && shows_up(&completion, error) &&
	       swift_delete(swift, swift_note(swift, upload->key, upload->id, arena), arena, error);
}

/* ---- giving up ---- */

/* An upload without a note is complete or gone: its segments are not to be removed. */
static bool is_noted(struct swift *swift, const char *note, bool *out, struct arena *arena, struct error *error)
{
	struct swift_large large;

	if (!swift_look(swift, note, &large, arena, error))
		return false;
	*out = large.kind != SWIFT_ABSENT;
	return true;
}

/* Not only by the listing: new segments may be in no listing yet. Not only by the parts: a node died before it named its own. */
static bool delete_segments(struct swift *swift, const struct object_upload *upload, const struct object_part *parts,
			    size_t count, struct arena *arena, struct error *error)
{
	const char *folder = arena_printf(arena, "%s/", swift_segments(swift, upload->id, arena));

	return swift_delete_named(swift, segments_of(swift, upload, parts, count, arena), count, arena, error) &&
	       swift_delete_below(swift, folder, NULL, 0, arena, error);
}

bool swift_abandon(struct object_service *service, const struct object_upload *upload, const struct object_part *parts,
		   size_t count, struct arena *arena, struct error *error)
{
	struct swift *swift = swift_of(service);
	const char *note = swift_note(swift, upload->key, upload->id, arena);
	bool noted, whole;

	if (!is_noted(swift, note, &noted, arena, error))
		return false;
	if (!noted)
		return true;
	if (!swift_is_made_of(swift, upload->key, upload->id, &whole, arena, error))
		return false;
	return (whole || delete_segments(swift, upload, parts, count, arena, error)) &&
	       swift_delete(swift, note, arena, error);
}

/* ---- finding what was given up ---- */

struct search {
	const char *root; /* in front of the key in a note's name */
	object_unfinished_fn *visit;
	void *context;
	struct arena *arena;
};

static bool show_note(void *context, const char *name, uint64_t size, int64_t age)
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
	struct swift *swift = swift_of(service);
	struct search search = {.visit = visit, .context = context, .arena = arena};

	search.root = arena_printf(arena, "%sunfinished/", swift_segments_root(swift, arena));
	return swift_list(swift, arena_printf(arena, "%s%s", search.root, prefix), "", show_note, &search, arena, error);
}
