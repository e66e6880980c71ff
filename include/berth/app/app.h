/* SPDX-License-Identifier: MIT */
/*
 * From a configuration file to services that answer requests: the only module that knows all the others.
 *
 *     struct app app;
 *     if (!app_load(&app, path, environ, stderr))                        every error is printed: exit 3
 *     if (!app_open(&app, APP_REGISTRY, reason, sizeof reason))          database, schema and storage are usable now
 *     ... fork ...
 *     worker = app_worker_new(&app, APP_REGISTRY, &generation, throttle);   the worker's own connection, store and cache
 *     api_serve(app_worker_api(worker), io, arena);
 */
#ifndef BERTH_APP_APP_H
#define BERTH_APP_APP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>

#include "berth/api/api.h"
#include "berth/base/arena.h"
#include "berth/config/config.h"
#include "berth/core/manifest_policy.h"
#include "berth/db/db.h"
#include "berth/issuer/issuer.h"

/* What a program serves; a program may serve several. */
enum app_service {
	APP_REGISTRY = 1,
	APP_TOKENS = 2, /* the token service */
};

/* May be moved as a whole: nothing in it points into it. */
struct app {
	struct arena arena; /* the configuration and all that is derived from it */
	struct config *config;
	struct db_settings database;
	struct api_settings api;
	struct issuer_settings issuer; /* of the token service, once app_open has filled it */
	struct manifest_policy *policy;
	struct auth *auth; /* of the registry, once app_open has made it; NULL: no authentication */
};

struct app_worker;

/*
 * Reads the configuration, prints its warnings and errors to `out`, and sets up the log. Returns false when there were
 * errors; then `app` is released.
 */
bool app_load(struct app *app, const char *path, char **environment, FILE *out);

/* Releases everything in `app`, whose memory is the caller's. */
void app_release(struct app *app);

/*
 * Checks that the services can start now, and opens what their workers will share: the database answers and has the schema
 * of this program; for the registry the storage answers and takes our credentials, and the authentication scheme's files
 * are read (a missing htpasswd file is made); for the token service the configuration enables it and there is a key to sign
 * with. Returns false, with one line in `reason` that says what is wrong and, where a command helps, which one.
 */
bool app_open(struct app *app, unsigned services, char *reason, size_t size);

/* Check, as app_open does, the database alone and the storage alone. */
bool app_check_schema(const struct app *app, char *reason, size_t size);
bool app_check_store(const struct app *app, char *reason, size_t size);

/* Opens the storage that the configuration names, for a command. The caller closes it. NULL with one line in `reason`. */
struct store *app_store(const struct app *app, char *reason, size_t size);

/*
 * Opens the services for one worker: its own connection to the database, and for the registry its own store and cache.
 * `generation` is shared by the node's workers (struct core); `throttle` bounds the hashing of passwords, NULL for no
 * bound. Both are borrowed. Returns NULL, after a log line, when the storage cannot be opened or memory is out. A registry
 * whose authentication is configured and was not opened (app_open) refuses all requests.
 */
struct app_worker *app_worker_new(const struct app *app, unsigned services, _Atomic uint64_t *generation,
				  const struct throttle *throttle);

/* Closes what the worker has open. Takes NULL. */
void app_worker_free(struct app_worker *worker);

/* Returns the context for api_serve. */
struct api *app_worker_api(struct app_worker *worker);

/*
 * Runs the background jobs of the process `process` of a pool (berth/jobs/jobs.h) until `stopping` says so. `worker` has
 * what they need to be opened; NULL when jobs_needs names nothing.
 */
void app_run_jobs(const struct app *app, struct app_worker *worker, const char *pool, const char *process,
		  bool (*stopping)(void));

/*
 * Finds the origin of the URLs that the configuration's store signs, as scheme://host[:port], in `arena`; "" when its blobs
 * have no URL. *verify says whether certificates there are verified. Returns false, with one line in `reason`, when the
 * store cannot sign a URL now.
 */
bool app_store_origin(const char **out, bool *verify, const struct config *config, struct arena *arena, char *reason,
		      size_t size);

/* Returns the settings of the connection from the `database` section, whose strings are borrowed. */
struct db_settings app_database_settings(const struct config *config);

#endif
