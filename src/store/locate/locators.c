/* SPDX-License-Identifier: MIT */
/* The chain: opens the locators of the configuration, asks the last one. */
#include "berth/store/locator.h"

#include <stdio.h>
#include <stdlib.h>

#include "berth/store/layout.h"
#include "locator_priv.h"

#define CHAIN_MEMORY ((size_t)1 << 20)

struct locators {
	struct arena arena;
	struct locator *list;
	size_t count;
};

static const struct locator_ops *const kinds[] = {
	[LOCATOR_REDIRECT] = &locator_redirect,
	[LOCATOR_CLOUDFRONT] = &locator_cloudfront,
	[LOCATOR_REWRITE] = &locator_rewrite,
};

bool locators_find(const struct locators *locators, struct store *store, const struct digest *digest,
		   const struct store_client *client, struct store_location *out, struct arena *arena, struct error *error)
{
	struct locator_query query = {store, digest, client, NULL};
	const struct locator *last;

	if (!locators || locators->count == 0 || client->web_server)
		return store_locate(store, digest, client, out, arena, error);
	query.path = arena_printf(arena, LAYOUT_BLOBS "/%s", layout_blob_data(digest).text);
	last = &locators->list[locators->count - 1];
	return last->ops->find(last, &query, out, arena, error);
}

struct locators *locators_open(const struct locator_settings *list, size_t count, char *reason, size_t size)
{
	struct locators *locators = calloc(1, sizeof *locators);

	if (!locators) {
		(void)snprintf(reason, size, "out of memory");
		return NULL;
	}
	arena_init(&locators->arena, CHAIN_MEMORY);
	locators->list = arena_array(&locators->arena, count, sizeof *locators->list);
	locators->count = count;
	for (size_t i = 0; i < count; i++) {
		struct locator *locator = &locators->list[i];

		*locator = (struct locator){
			.ops = kinds[list[i].kind], .next = i ? locator - 1 : NULL, .arena = &locators->arena};
		if (!locator->ops->open(locator, &list[i], reason, size)) {
			locators_close(locators);
			return NULL;
		}
	}
	return locators;
}

void locators_close(struct locators *locators)
{
	if (!locators)
		return;
	arena_release(&locators->arena);
	free(locators);
}
