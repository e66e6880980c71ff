/* SPDX-License-Identifier: MIT */
/*
 * The registry API, version 2: one request in, one response out. Docker Registry HTTP API V2 and OCI
 * distribution-spec 1.1; the routes are in include/berth/api/routes.def.
 */
#ifndef BERTH_API_API_H
#define BERTH_API_API_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/api/rule.h"
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
	bool redirect;      /* clients may be redirected to the store for a blob's bytes */
	size_t catalog_max; /* most that n may ask of _catalog */
	size_t tags_max;    /* most tags of one page */
	bool authenticated; /* the configuration names a scheme: without struct api's `auth` nothing is served */
};

/* The routes of a service and their handlers. */
struct api_table;
extern const struct api_table api_registry; /* routes.def */
extern const struct api_table api_tokens;   /* token_routes.def */

#define API_TABLES_MAX 4

struct issuer;

/*
 * What one worker serves: the tables of its services, and what the handlers of these tables need. A program that does not serve
 * a table leaves the members of that service as they are in zeroed memory, but for the database connection, which all share.
 */
struct api {
	const struct api_settings *settings;            /* borrowed */
	const struct api_table *tables[API_TABLES_MAX]; /* the first one that has a path serves it; NULL behind the last */
	const struct throttle *throttle;                /* bounds how many passwords are hashed at once; NULL: no bound */
	struct core core;                               /* of the registry; `db` is the connection of all services */
	struct auth *auth;                              /* of the registry; NULL: every caller may do everything */
	const struct issuer *issuer;                    /* of the token service */
};

/*
 * Serves one request. The arena must be empty and is cleared at the end. What goes wrong becomes the response: 503 when the arena is
 * exhausted, 500 for a fault of the program. There is no response when the client is gone.
 */
void api_serve(struct api *api, struct http_io *io, struct arena *arena);

/* The routes of a table, and the rule of each: for documentation and tests. */
const struct route *api_routes(const struct api_table *table, size_t *count);
const struct api_rule *api_rules(const struct api_table *table);

/* A whole 503, as CGI writes it, for when there is no memory to build one. */
extern const char api_out_of_memory[];

/* Names the routes of all tables in the metrics: the requests are counted by route. To be called before the fork. */
void api_label_routes(void);

#endif
