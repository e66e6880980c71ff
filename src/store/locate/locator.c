/* SPDX-License-Identifier: MIT */
/* A store whose locate goes through a chain; everything else goes straight to the driver. */
#include "locator_priv.h"

#include <stdlib.h>

#include "berth/store/layout.h"

#define CHAIN_MEMORY ((size_t)1 << 20)

struct chained {
	struct store store;
	struct store *driver;
	struct arena arena;
	struct middleware *links;
	size_t count;
};

static const struct middleware_ops *const kinds[] = {
	[STORE_MIDDLEWARE_REDIRECT] = &middleware_redirect,
	[STORE_MIDDLEWARE_CLOUDFRONT] = &middleware_cloudfront,
	[STORE_MIDDLEWARE_REWRITE] = &middleware_rewrite,
};

static struct store *driver_of(struct store *store)
{
	return ((struct chained *)store)->driver;
}

bool middleware_below(const struct middleware *self, const struct middleware_question *question, struct store_location *out,
		      struct arena *arena, struct error *error)
{
	if (self->below)
		return self->below->ops->locate(self->below, question, out, arena, error);
	return store_locate(self->driver, question->digest, question->asker, out, arena, error);
}

static bool chained_locate(struct store *store, const struct digest *digest, const struct store_asker *asker,
			   struct store_location *out, struct arena *arena, struct error *error)
{
	const struct chained *chained = (const struct chained *)store;
	const struct middleware *last = &chained->links[chained->count - 1];
	struct layout_path data = layout_blob_data(digest);
	struct middleware_question question = {digest, asker, arena_printf(arena, LAYOUT_BLOBS "/%s", data.text)};

	if (asker->web_server)
		return store_locate(chained->driver, digest, asker, out, arena, error);
	return last->ops->locate(last, &question, out, arena, error);
}

static bool chained_append(struct store *store, struct store_upload *upload, const struct store_source *source,
			   struct hasher *hasher, struct arena *arena, struct error *error)
{
	return store_append(driver_of(store), upload, source, hasher, arena, error);
}

static bool chained_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
				  struct digest *out, struct arena *arena, struct error *error)
{
	return store_digest_upload(driver_of(store), upload, algorithm, out, arena, error);
}

static bool chained_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	return store_take_over(driver_of(store), upload, arena, error);
}

static bool chained_finish(struct store *store, const struct store_upload *upload, const struct digest *digest,
			   struct arena *arena, struct error *error)
{
	return store_finish(driver_of(store), upload, digest, arena, error);
}

static void chained_forget(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store_forget(driver_of(store), upload, arena);
}

static void chained_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	store_abort(driver_of(store), upload, arena);
}

static bool chained_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size, struct arena *arena,
			 struct error *error)
{
	return store_stat(driver_of(store), digest, found, size, arena, error);
}

static bool chained_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length,
			 store_sink_fn *sink, void *context, struct arena *arena, struct error *error)
{
	return store_read(driver_of(store), digest, offset, length, sink, context, arena, error);
}

static bool chained_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error)
{
	return store_remove(driver_of(store), digest, arena, error);
}

static bool chained_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena, struct error *error)
{
	return store_walk(driver_of(store), visit, context, arena, error);
}

static bool chained_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
			  struct store_swept *out, struct arena *arena, struct error *error)
{
	return store_sweep(driver_of(store), age, dry_run, claimed, context, out, arena, error);
}

static bool chained_try_step(struct store *store, enum store_step step, struct store_trial *trial, struct arena *arena,
			     struct error *error)
{
	return store_try(driver_of(store), step, trial, arena, error);
}

static void chained_close(struct store *store)
{
	struct chained *chained = (struct chained *)store;

	for (size_t i = chained->count; i > 0; i--)
		chained->links[i - 1].ops->close(&chained->links[i - 1]);
	store_close(chained->driver);
	arena_release(&chained->arena);
	free(chained);
}

_Static_assert(sizeof(struct store_driver) == 15 * sizeof(void *), "an operation has been added: it must be passed on too");

static const struct store_driver chained_driver = {
	.name = "middleware",
	.append = chained_append,
	.digest_upload = chained_digest_upload,
	.take_over = chained_take_over,
	.finish = chained_finish,
	.forget = chained_forget,
	.abort = chained_abort,
	.stat = chained_stat,
	.locate = chained_locate,
	.read = chained_read,
	.remove = chained_remove,
	.walk = chained_walk,
	.sweep = chained_sweep,
	.try_step = chained_try_step,
	.close = chained_close,
};

static bool add_link(struct chained *chained, const struct store_middleware_settings *settings, char *reason, size_t size)
{
	struct middleware *link = &chained->links[chained->count];

	*link = (struct middleware){
		.ops = kinds[settings->kind],
		.below = chained->count ? link - 1 : NULL,
		.driver = chained->driver,
		.arena = &chained->arena,
	};
	if (!link->ops->open(link, settings, reason, size))
		return false;
	chained->count++;
	return true;
}

struct store *store_middleware_open(struct store *inner, const struct store_middleware_settings *list, size_t count,
				    char *reason, size_t size)
{
	struct chained *chained;

	if (count == 0)
		return inner;
	chained = calloc(1, sizeof *chained);
	if (!chained) {
		(void)snprintf(reason, size, "out of memory");
		store_close(inner);
		return NULL;
	}
	chained->store.driver = &chained_driver;
	chained->driver = inner;
	arena_init(&chained->arena, CHAIN_MEMORY);
	chained->links = arena_array(&chained->arena, count, sizeof *chained->links);
	for (size_t i = 0; i < count; i++)
		if (!add_link(chained, &list[i], reason, size)) {
			chained_close(&chained->store);
			return NULL;
		}
	return &chained->store;
}
