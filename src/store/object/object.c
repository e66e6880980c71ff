/* SPDX-License-Identifier: MIT */
/* The object engine: its table, opening and closing, and what it does with blobs that are there. */
#include "berth/store/object.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "berth/store/layout.h"
#include "../file_io_priv.h"
#include "object_priv.h"

/* ---- blobs ---- */

static bool object_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size, struct arena *arena,
			struct error *error)
{
	struct object_store *objects = objects_of(store);

	*found = false;
	return object_ops(objects)->head(objects->service, object_blob_key(objects, digest, arena), found, size, arena,
					 error);
}

static bool object_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length,
			store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	struct object_store *objects = objects_of(store);

	return length == 0 || object_ops(objects)->get(objects->service, object_blob_key(objects, digest, arena), offset,
						       length, sink, context, arena, error);
}

static bool object_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	struct object_store *objects = objects_of(store);

	return object_ops(objects)->remove(objects->service, object_blob_key(objects, digest, arena), arena, error);
}

static bool object_locate(struct store *store, const struct digest *digest, const struct store_client *client,
			  struct store_location *out, struct arena *arena, struct error *error)
{
	struct object_store *objects = objects_of(store);
	const char *url = NULL;

	*out = (struct store_location){.place = STORE_PLACE_STREAM};
	if (!object_ops(objects)->sign)
		return true;
	if (!object_ops(objects)->sign(objects->service, object_blob_key(objects, digest, arena),
				       client->head ? OBJECT_HEAD : OBJECT_GET, objects->sign_seconds, &url, arena, error))
		return false;
	if (url)
		*out = (struct store_location){.place = STORE_PLACE_URL, .url = url};
	return true;
}

/* `<alg>/<2hex>/<hex>/data`, and nothing else, is a blob. */
static bool digest_of_key(struct digest *out, struct span key)
{
	char texts[3][2 * DIGEST_BYTES_MAX + 1];
	struct span part;

	for (size_t i = 0; i < 3; i++) {
		if (!span_split(&key, '/', &part) || part.len >= sizeof texts[i])
			return false;
		memcpy(texts[i], part.ptr, part.len);
		texts[i][part.len] = '\0';
	}
	return span_is(key, "data") && layout_blob_digest(out, texts[0], texts[1], texts[2]);
}

struct walk {
	const char *prefix; /* of all keys of blobs */
	store_walk_fn *visit;
	void *context;
};

static bool walk_key(void *context, const char *key, uint64_t size, int64_t age)
{
	const struct walk *walk = context;
	size_t front = strlen(walk->prefix);
	struct digest digest;

	(void)age;
	if (strlen(key) < front || !digest_of_key(&digest, span_of(key + front)))
		return true; /* not ours: left alone */
	return walk->visit(walk->context, &digest, size);
}

static bool object_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena, struct error *error)
{
	struct object_store *objects = objects_of(store);
	struct walk walk = {arena_printf(arena, "%s" LAYOUT_BLOBS "/", objects->prefix), visit, context};

	return object_ops(objects)->list(objects->service, walk.prefix, walk_key, &walk, arena, error);
}

/* ---- opening and closing ---- */

static void object_close(struct store *store)
{
	struct object_store *objects = objects_of(store);

	arena_release(&objects->batch); /* before the service, whose client it may hold */
	objects->service->ops->close(objects->service);
	file_close(objects->spool.folder);
	free(objects->spool.path);
	free(objects->prefix);
	free(objects);
}

static const struct store_driver driver = {
	.name = "object",
	.append = object_append,
	.digest_upload = object_digest_upload,
	.take_over = object_take_over,
	.finish = object_finish,
	.forget = object_forget,
	.abort = object_abort,
	.stat = object_stat,
	.locate = object_locate,
	.read = object_read,
	.remove = object_remove,
	.walk = object_walk,
	.sweep = object_sweep,
	.close = object_close,
};

static bool open_spool(struct spool *spool, char *reason, size_t size)
{
	struct arena arena;
	struct error ignored;
	int top = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	arena_init(&arena, 1 << 16);
	error_init(&ignored, &arena);
	errno = EINVAL;
	if (top >= 0 && spool->path[0] == '/' && file_make_folders(top, spool->path + 1, &ignored))
		spool->folder = open(spool->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->folder < 0 || faccessat(spool->folder, ".", R_OK | W_OK | X_OK, 0) != 0) {
		(void)snprintf(reason, size, "spool.directory: %s: %s", spool->path, strerror(errno));
		file_close(spool->folder);
		spool->folder = -1;
	}
	file_close(top);
	arena_release(&arena);
	return spool->folder >= 0;
}

struct store *store_object_open(struct object_service *service, const struct store_object_settings *settings, char *reason,
				size_t size)
{
	struct object_store *objects = calloc(1, sizeof *objects);

	if (!objects) {
		(void)snprintf(reason, size, "out of memory");
		service->ops->close(service);
		return NULL;
	}
	objects->store.driver = &driver;
	objects->service = service;
	objects->sign_seconds = settings->sign_seconds;
	objects->prehashes = settings->prehashes;
	objects->prefix = strdup(settings->prefix);
	objects->spool = (struct spool){-1, strdup(settings->spool)};
	arena_init(&objects->batch, OBJECT_BATCH_MEMORY);
	if (!objects->prefix || !objects->spool.path)
		(void)snprintf(reason, size, "out of memory");
	else if (open_spool(&objects->spool, reason, size))
		return &objects->store;
	object_close(&objects->store);
	return NULL;
}
