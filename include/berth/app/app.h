/* SPDX-License-Identifier: MIT */
/*
 * From a configuration file to something that serves: the only module that knows all the others.
 *
 *     struct app app;
 *     if (!app_load(&app, path, environ, stderr))    every error is printed: exit 3
 *     if (!app_check(&app, reason, sizeof reason))   database, schema and storage are usable now
 *     ... fork ...
 *     worker = app_worker_new(&app, &generation, throttle);    the worker's own connection, store and cache
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

/* May be moved as a whole: nothing in it points into it. */
struct app {
	struct arena arena; /* the configuration and all that is derived from it */
	struct config *config;
	struct db_settings database;
	struct api_settings api;
	struct issuer_settings issuer; /* of the token service, once app_token_check has filled it */
	struct manifest_policy *policy;
	struct auth *auth; /* once app_open_auth has made it; NULL: no authentication */
};

struct app_worker;

/* Reads the configuration, prints warnings and errors to `out`, sets up the log. False: app is as released. */
bool app_load(struct app *app, const char *path, char **environment, FILE *out);
void app_release(struct app *app);

/*
 * The database answers and has the schema of this program, and the storage answers and lets us in. False with one line in
 * `reason` that says what is wrong and, where one helps, which command to run.
 */
bool app_check(const struct app *app, char *reason, size_t size);

/* The database alone; the storage alone. */
bool app_check_schema(const struct app *app, char *reason, size_t size);
bool app_check_store(const struct app *app, char *reason, size_t size);

/* The storage that the configuration names, for a command that looks at nothing else. NULL with one line in `reason`. */
struct store *app_store(const struct app *app, char *reason, size_t size);

/*
 * Opens the configured authentication scheme for the workers to come: its files are read, a missing htpasswd file is
 * made. False with one line in `reason`. A worker of an app whose scheme was not opened serves nothing.
 */
bool app_open_auth(struct app *app, char *reason, size_t size);

/* `generation` is shared by the node's workers; `throttle` at hashing passwords, NULL for no bound, are borrowed. NULL when storage cannot be opened (logged) or memory is out. */
struct app_worker *app_worker_new(const struct app *app, _Atomic uint64_t *generation, const struct throttle *throttle);
void app_worker_free(struct app_worker *worker);
struct api *app_worker_api(struct app_worker *worker);

/*
 * Runs the background jobs of the process `process` of a pool (berth/jobs/jobs.h) until `stopping` says so. `worker` has what
 * they need to be opened; NULL when jobs_needs names nothing.
 */
void app_run_jobs(const struct app *app, struct app_worker *worker, const char *pool, const char *process,
		  bool (*stopping)(void));

/*
 * Where the configuration's store signs URLs for, as scheme://host[:port], and whether certificates there are verified;
 * "" when its blobs have no URL. False with one line in `reason`: the store cannot tell now.
 */
bool app_store_origin(const char **out, bool *verify, const struct config *config, struct arena *arena, char *reason,
		      size_t size);

/* The connection that the configuration's `database` section describes; strings are borrowed from it. */
struct db_settings app_database_settings(const struct config *config);

#endif
