/* SPDX-License-Identifier: MIT */
/* The in-memory driver: two lists of byte strings, uploads by id and maker, blobs by digest. */
#include "mem.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	struct entry *next;
	char id[UUID_TEXT_MAX];    /* uploads */
	char maker[UUID_TEXT_MAX]; /* generation of the request that made it: the upload's state */
	struct digest digest;      /* blobs */
	unsigned char *bytes;
	size_t len;
};

struct mem_store {
	struct store store;
	struct entry *uploads;
	struct entry *blobs;
};

static struct mem_store *mem_of(struct store *store)
{
	return (struct mem_store *)store;
}

static struct entry **find_upload(struct mem_store *mem, const struct store_upload *upload)
{
	struct span maker = upload->offset > 0 ? upload->state : span_of(upload->generation);
	struct entry **at = &mem->uploads;

	while (*at && (strcmp((*at)->id, upload->id) != 0 || !span_is(maker, (*at)->maker)))
		at = &(*at)->next;
	return at;
}

static struct entry *add_upload(struct mem_store *mem, const struct store_upload *upload, struct error *error)
{
	struct entry *entry = calloc(1, sizeof *entry);

	if (!entry) {
		error_set(error, E_STORAGE_FULL);
		return NULL;
	}
	memcpy(entry->id, upload->id, sizeof entry->id);
	memcpy(entry->maker, upload->generation, sizeof entry->maker);
	entry->next = mem->uploads;
	mem->uploads = entry;
	return entry;
}

static struct entry **find_blob(struct mem_store *mem, const struct digest *digest)
{
	struct entry **at = &mem->blobs;

	while (*at && !digest_equal(&(*at)->digest, digest))
		at = &(*at)->next;
	return at;
}

static void drop(struct entry **at)
{
	struct entry *entry = *at;

	if (!entry)
		return;
	*at = entry->next;
	free(entry->bytes);
	free(entry);
}

/* Cut back to the session's bytes: a broken-off append may have left more. */
static struct entry *upload_entry(struct mem_store *mem, const struct store_upload *upload, struct error *error)
{
	struct entry *entry = *find_upload(mem, upload);

	if (!entry && upload->offset == 0)
		return add_upload(mem, upload, error);
	if (!entry || entry->len < upload->offset) {
		error_set(error, E_BLOB_UPLOAD_INVALID);
		return NULL;
	}
	entry->len = (size_t)upload->offset;
	return entry;
}

static bool add_bytes(struct entry *entry, const void *bytes, size_t len, struct error *error)
{
	unsigned char *bigger = realloc(entry->bytes, entry->len + len + 1);

	if (!bigger)
		return error_set(error, E_STORAGE_FULL);
	if (len > 0)
		memcpy(bigger + entry->len, bytes, len);
	entry->bytes = bigger;
	entry->len += len;
	return true;
}

static bool fill(struct entry *entry, const struct store_source *source, struct hasher *hasher, struct error *error)
{
	unsigned char chunk[4096];
	size_t got;

	do {
		if (!source->read(source->context, chunk, sizeof chunk, &got, error) ||
		    !add_bytes(entry, chunk, got, error))
			return false;
		hasher_update(hasher, chunk, got);
	} while (got > 0);
	return true;
}

static bool mem_append(struct store *store, struct store_upload *upload, const struct store_source *source,
		       struct hasher *hasher, struct arena *arena, struct error *error)
{
	struct entry *entry;

	if (source->spool_path)
		return error_set(error, E_UNSUPPORTED);
	entry = upload_entry(mem_of(store), upload, error);
	if (!entry)
		return false;
	if (fill(entry, source, hasher, error)) {
		upload->state = span_of(arena_strdup(arena, entry->maker));
		upload->offset = entry->len;
		return true;
	}
	if (upload->offset == 0)
		drop(find_upload(mem_of(store), upload));
	return false;
}

static bool mem_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
			      struct digest *out, struct arena *arena, struct error *error)
{
	const struct entry *entry = upload_entry(mem_of(store), upload, error);

	(void)arena;
	if (!entry)
		return false;
	digest_of(out, algorithm, entry->bytes, (size_t)upload->offset);
	return true;
}

static bool mem_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	const struct entry *from = *find_upload(mem_of(store), upload);
	struct entry *own;

	if (upload->offset == 0)
		return true;
	if (!from || from->len < upload->offset)
		return error_set(error, E_BLOB_UPLOAD_INVALID);
	own = add_upload(mem_of(store), upload, error);
	if (!own || !add_bytes(own, from->bytes, (size_t)upload->offset, error))
		return false;
	upload->state = span_of(arena_strdup(arena, own->maker));
	return true;
}

static bool mem_finish(struct store *store, const struct store_upload *upload, const struct digest *digest,
		       struct arena *arena, struct error *error)
{
	struct mem_store *mem = mem_of(store);
	struct entry *there = *find_blob(mem, digest), *blob;
	const struct entry *from;

	(void)arena;
	if (there && there->len == upload->offset && upload->sealed)
		return true;
	from = upload_entry(mem, upload, error);
	if (!from)
		return false;
	if (there && there->len == upload->offset)
		return true;
	drop(find_blob(mem, digest));
	blob = calloc(1, sizeof *blob);
	if (!blob)
		return error_set(error, E_STORAGE_FULL);
	blob->digest = *digest;
	blob->next = mem->blobs;
	mem->blobs = blob;
	return add_bytes(blob, from->bytes, from->len, error);
}

static void mem_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	(void)arena;
	drop(find_upload(mem_of(store), upload));
}

static bool mem_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size, struct arena *arena,
		     struct error *error)
{
	const struct entry *entry = *find_blob(mem_of(store), digest);

	(void)arena, (void)error;
	*found = entry != NULL;
	*size = entry ? entry->len : 0;
	return true;
}

static bool mem_locate(struct store *store, const struct digest *digest, const struct store_client *client,
		       struct store_location *out, struct arena *arena, struct error *error)
{
	(void)store, (void)digest, (void)client, (void)arena, (void)error;
	*out = (struct store_location){.place = STORE_PLACE_STREAM};
	return true;
}

static bool mem_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length,
		     store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	const struct entry *entry = *find_blob(mem_of(store), digest);

	(void)arena;
	if (!entry || offset > entry->len || length > entry->len - offset)
		return error_unavailable(error, 0);
	return length == 0 || sink(context, entry->bytes + offset, (size_t)length);
}

static bool mem_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	(void)arena, (void)error;
	drop(find_blob(mem_of(store), digest));
	return true;
}

static bool mem_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena, struct error *error)
{
	(void)arena, (void)error;
	for (const struct entry *entry = mem_of(store)->blobs; entry; entry = entry->next)
		if (!visit(context, &entry->digest, entry->len))
			break;
	return true;
}

/* Memory has no ages and outlives no process: an upload without a session is as old as it gets. */
static bool mem_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
		      struct store_swept *out, struct arena *arena, struct error *error)
{
	struct entry **at = &mem_of(store)->uploads;

	(void)age, (void)arena, (void)error;
	*out = (struct store_swept){0, 0};
	while (*at) {
		if (claimed(context, (*at)->id)) {
			at = &(*at)->next;
			continue;
		}
		out->count++;
		out->bytes += (*at)->len;
		if (dry_run)
			at = &(*at)->next;
		else
			drop(at);
	}
	return true;
}

static void mem_close(struct store *store)
{
	struct mem_store *mem = mem_of(store);

	while (mem->uploads)
		drop(&mem->uploads);
	while (mem->blobs)
		drop(&mem->blobs);
	free(mem);
}

static const struct store_driver driver = {
	.name = "inmemory",
	.append = mem_append,
	.digest_upload = mem_digest_upload,
	.take_over = mem_take_over,
	.finish = mem_finish,
	.forget = mem_abort,
	.abort = mem_abort,
	.stat = mem_stat,
	.locate = mem_locate,
	.read = mem_read,
	.remove = mem_remove,
	.walk = mem_walk,
	.sweep = mem_sweep,
	.close = mem_close,
};

struct store *store_mem_open(void)
{
	struct mem_store *mem = calloc(1, sizeof *mem);

	if (!mem)
		return NULL;
	mem->store.driver = &driver;
	return &mem->store;
}
