/* SPDX-License-Identifier: MIT */
/* What each worker opens for itself, and the checks that are made once before any worker is. */
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

bool app_check(const struct app *app, char *reason, size_t size)
{
	return app_check_schema(app, reason, size) && app_check_store(app, reason, size);
}

struct app_worker *app_worker_new(const struct app *app, _Atomic uint64_t *generation, const struct throttle *throttle)
{
	struct app_worker *worker = calloc(1, sizeof *worker);
	char reason[256] = "out of memory";

	if (!worker)
		return NULL;
	worker->db = meta_db_new(&app->database);
	worker->room = app_room(app->config);
	worker->locators = app_open_locators(app->config, reason, sizeof reason);
	worker->api = (struct api){
		.settings = &app->api,
		.table = &api_registry,
		.auth = app->auth,
		.throttle = throttle,
		.core.db = worker->db,
		.core.store = app_open_store(app->config, reason, sizeof reason),
		.core.locators = worker->locators,
		.core.cache = manifest_cache_new(CACHE_BYTES),
		.core.policy = app->policy,
		.core.room = &worker->room,
		.core.generation = generation,
	};
	if (worker->db && worker->api.core.store && worker->locators)
		return worker;
	log_error("worker: %s", reason);
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
	db_free(worker->db);
	free(worker);
}

struct api *app_worker_api(struct app_worker *worker)
{
	return &worker->api;
}
