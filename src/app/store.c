/* SPDX-License-Identifier: MIT */
/* Opens the driver that the configuration names, and tests whether it answers. */
#include "store_priv.h"

#include <stdio.h>

#include "berth/app/app.h"
#include "berth/base/log.h"
#include "berth/store/fs.h"
#include "berth/store/locator.h"
#include "berth/store/selftest.h"
#include "middleware_priv.h"
#include "prehash_priv.h"
#include "store_object_priv.h"

#define REACH_MEMORY ((size_t)8 << 20)

static struct store *open_filesystem(const struct config *config, char *reason, size_t size)
{
	return store_fs_open(config->storage.filesystem.rootdirectory, app_prehash_table(), reason, size);
}

struct store *app_open_store(const struct config *config, char *reason, size_t size)
{
	bool local = config->storage.driver == CONFIG_DRIVER_FILESYSTEM;

	return (local ? open_filesystem : app_open_objects)(config, reason, size);
}

struct store *app_store(const struct app *app, char *reason, size_t size)
{
	return app_open_store(app->config, reason, size);
}

/* Asks the store once. Puts the line that the driver would log into `reason`. */
static bool reaches(struct store *store, char *reason, size_t size)
{
	struct arena arena;
	struct error error;
	bool ok;

	arena_init(&arena, REACH_MEMORY);
	error_init(&error, &arena);
	log_capture(reason, size);
	ok = selftest_reach(store, &arena, &error);
	log_capture(NULL, 0);
	if (!ok && !*reason)
		(void)snprintf(reason, size, "%s", error_message(error_code(&error)));
	arena_release(&arena);
	return ok;
}

bool app_check_store(const struct app *app, char *reason, size_t size)
{
	char why[512] = "";
	struct store *store = app_open_store(app->config, why, sizeof why);
	struct locators *locators = store ? app_open_locators(app->config, why, sizeof why) : NULL;
	bool ok = locators && reaches(store, why, sizeof why);
	struct span text = span_of(why);

	if (span_starts(text, "storage: "))
		text = span_after(text, strlen("storage: "));
	if (!ok)
		(void)snprintf(reason, size, "storage: %.*s", SPAN_ARG(text));
	locators_close(locators);
	store_close(store);
	return ok;
}
