/* SPDX-License-Identifier: MIT */
/* What each worker opens for itself, and what is checked and opened once for all workers. */
#include <stdlib.h>

#include "berth/app/app.h"
#include "berth/base/log.h"
#include "berth/core/manifest_cache.h"
#include "berth/db/migrate.h"
#include "berth/meta/schema.h"
#include "berth/meta/meta.h"
#include "berth/store/locator.h"
#include "middleware_priv.h"
#include "room_priv.h"
#include "store_priv.h"
#include "worker_priv.h"

#define CACHE_BYTES ((size_t)2 << 20) /* per worker: some hundreds of manifests of the usual size */

static bool schema_fits(struct db *db, char *reason, size_t size)
{
	int version = 0, ours = (int)meta_migrations_count;

	if (!db_connect(db) || !db_migrate_version(db, &version)) {
		(void)snprintf(reason, size, "database: %s", db_message(db));
		return false;
	}
	if (version < ours)
		(void)snprintf(reason, size,
			       "database: schema version %d, this program needs %d: run `berth migrate up CONFIG`", version,
			       ours);
	else if (version > ours)
		(void)snprintf(reason, size,
			       "database: schema version %d is newer than this program's %d: run the berth "
			       "that made it, see `berth migrate status CONFIG`",
			       version, ours);
	return version == ours;
}

bool app_check_schema(const struct app *app, char *reason, size_t size)
{
	struct db *db = meta_db_new(&app->database);
	bool ok = db && schema_fits(db, reason, size);

	db_free(db);
	return ok;
}

bool app_open(struct app *app, unsigned services, char *reason, size_t size)
{
	bool registry = services & APP_REGISTRY, tokens = services & APP_TOKENS;

	return (!tokens || app_open_issuer(app, reason, size)) && app_check_schema(app, reason, size) &&
	       (!registry || (app_check_store(app, reason, size) && app_open_auth(app, reason, size)));
}

static bool open_registry(struct app_worker *worker, const struct app *app, _Atomic uint64_t *generation)
{
	char reason[256] = "out of memory";

	worker->room = app_room(app->config);
	worker->locators = app_open_locators(app->config, reason, sizeof reason);
	worker->api.auth = app->auth;
	worker->api.core.locators = worker->locators;
	worker->api.core.store = app_open_store(app->config, reason, sizeof reason);
	worker->api.core.cache = manifest_cache_new(CACHE_BYTES);
	worker->api.core.policy = app->policy;
	worker->api.core.room = &worker->room;
	worker->api.core.generation = generation;
	if (worker->locators && worker->api.core.store)
		return true;
	log_error("worker: %s", reason);
	return false;
}

struct app_worker *app_worker_new(const struct app *app, unsigned services, _Atomic uint64_t *generation,
				  const struct throttle *throttle)
{
	struct app_worker *worker = calloc(1, sizeof *worker);
	struct api *api = &worker->api;
	size_t tables = 0;

	if (!worker)
		return NULL;
	api->settings = &app->api;
	api->throttle = throttle;
	api->core.db = meta_db_new(&app->database);
	if (services & APP_REGISTRY)
		api->tables[tables++] = &api_registry;
	if (services & APP_TOKENS) {
		worker->issuer = (struct issuer){&app->issuer, throttle, api->core.db};
		api->issuer = &worker->issuer;
		api->tables[tables++] = &api_tokens;
	}
	if (api->core.db && (!(services & APP_REGISTRY) || open_registry(worker, app, generation)))
		return worker;
	app_worker_free(worker);
	return NULL;
}

void app_worker_free(struct app_worker *worker)
{
	if (!worker)
		return;
	manifest_cache_free(worker->api.core.cache);
	locators_close(worker->locators);
	store_close(worker->api.core.store);
	db_free(worker->api.core.db);
	free(worker);
}

struct api *app_worker_api(struct app_worker *worker)
{
	return &worker->api;
}
