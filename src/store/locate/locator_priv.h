/* SPDX-License-Identifier: MIT */
/* One locator of the chain, and what it is asked. */
#ifndef BERTH_STORE_LOCATOR_PRIV_H
#define BERTH_STORE_LOCATOR_PRIV_H

#include "berth/store/locator.h"

struct locator_query {
	struct store *store;
	const struct digest *digest;
	const struct store_client *client;
	const char *path; /* docker/registry/v2/blobs/..., without the store's own prefix */
};

struct locator;

typedef bool locator_find_fn(const struct locator *, const struct locator_query *, struct store_location *out,
			     struct arena *, struct error *);

struct locator_ops {
	/* Copies what the kind needs of the settings into self->state. False with one line in `reason`. */
	bool (*open)(struct locator *self, const struct locator_settings *, char *reason, size_t size);
	locator_find_fn *find;
};

struct locator {
	const struct locator_ops *ops;
	const struct locator *next; /* to be asked after this one; NULL: the store is */
	struct arena *arena;        /* lives as long as the chain */
	const void *state;          /* of its kind */
};

extern const struct locator_ops locator_redirect, locator_cloudfront, locator_rewrite;

/* Asks the next locator of the chain, or the store. */
locator_find_fn locator_ask_next;

#endif
