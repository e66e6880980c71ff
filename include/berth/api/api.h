/* SPDX-License-Identifier: MIT */
/*
 * The registry API, version 2: one request in, one response out. Docker Registry HTTP API V2 and OCI
 * distribution-spec 1.1; the routes are in include/berth/api/routes.def.
 */
#ifndef BERTH_API_API_H
#define BERTH_API_API_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/auth/auth.h"
#include "berth/base/arena.h"
#include "berth/core/core.h"
#include "berth/http/base_url.h"
#include "berth/http/message.h"
#include "berth/http/route.h"

/* A header that the operator adds to every routed response. Name and value are checked by the configuration. */
struct api_header {
	const char *name;
	const char *value;
};

struct api_settings {
	struct base_url_settings base;
	const struct api_header *headers;
	size_t header_count;
	bool delete_enabled;
	bool readonly;
	bool redirect;      /* clients may be sent to the store for a blob's bytes */
	size_t catalog_max; /* most that n may ask of _catalog */
	size_t tags_max;    /* most tags of one page */
	bool authenticated; /* the configuration names a scheme: without struct api's `auth` nothing is served */
};

/* Routes and their handlers: what a program serves. */
struct api_table;
extern const struct api_table api_registry; /* routes.def */
extern const struct api_table api_tokens;   /* token_routes.def */

struct issuer;

/* One worker's; the settings are borrowed. */
struct api {
	const struct api_settings *settings;
	const struct api_table *table;
	struct auth *auth;               /* NULL: everybody may do everything */
	const struct throttle *throttle; /* at hashing passwords; NULL: no bound */
	struct core core;                /* of the registry; the token service has the connection only */
	const struct issuer *issuer;     /* of the token service, else NULL */
};

/*
 * Serves one request. The arena must be empty and is cleared at the end; running out of it is answered with 503.
 * Never fails: what goes wrong becomes a reply or, when nobody listens any more, nothing.
 */
void api_serve(struct api *api, struct http_io *io, struct arena *arena);

/* The routes of a table: for documentation and tests. */
const struct route *api_routes(const struct api_table *table, size_t *count);

#endif
