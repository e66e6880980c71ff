/* SPDX-License-Identifier: MIT */
/* One link of the chain, and what it is asked. */
#ifndef BERTH_STORE_MIDDLEWARE_PRIV_H
#define BERTH_STORE_MIDDLEWARE_PRIV_H

#include "berth/store/locator.h"

struct middleware_question {
	const struct digest *digest;
	const struct store_asker *asker;
	const char *path; /* docker/registry/v2/blobs/..., without the driver's own prefix */
};

struct middleware;

typedef bool middleware_locate_fn(const struct middleware *, const struct middleware_question *, struct store_location *out,
				  struct arena *, struct error *);

struct middleware_ops {
	/* Takes over what the settings say. False with one line in `reason`. */
	bool (*open)(struct middleware *, const struct store_middleware_settings *, char *reason, size_t size);
	middleware_locate_fn *locate;
	void (*close)(struct middleware *);
};

struct middleware {
	const struct middleware_ops *ops;
	const struct middleware *below; /* NULL: the driver is next */
	struct store *driver;
	struct arena *arena; /* lives as long as the chain */
	void *state;         /* of its kind */
};

extern const struct middleware_ops middleware_redirect, middleware_cloudfront, middleware_rewrite;

/* What the rest of the chain says. */
middleware_locate_fn middleware_below;

#endif
