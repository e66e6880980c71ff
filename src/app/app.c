/* SPDX-License-Identifier: MIT */
/* Reads the configuration and derives the settings of the floors below from it. */
#include "berth/app/app.h"

#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/meta/statements.h"
#include "middleware_priv.h"
#include "room_priv.h"

#define CONFIG_MEMORY ((size_t)64 << 20) /* for a file of 1 MiB and everything derived from it */

struct db_settings app_database_settings(const struct config *config)
{
	const struct config_database *database = &config->database;

	return (struct db_settings){
		.host = database->host,
		.port = (unsigned)database->port,
		.user = database->user,
		.password = database->password,
		.dbname = database->dbname,
		.sslmode = database->sslmode,
		.sslcert = database->sslcert,
		.sslkey = database->sslkey,
		.sslrootcert = database->sslrootcert,
		.connect_timeout_ms = (unsigned)(database->connecttimeout / 1000000),
		.listen = META_CHANNEL,
		.application = "berth",
	};
}

static void headers(struct app *app)
{
	const struct config_headers *given = &app->config->http.headers;
	struct api_header *list;
	size_t count = 0;

	for (size_t i = 0; i < given->count; i++)
		count += given->items[i].values.count;
	list = arena_array(&app->arena, count + 1, sizeof *list);
	app->api.headers = list;
	for (size_t i = 0; i < given->count; i++)
		for (size_t k = 0; k < given->items[i].values.count; k++)
			list[app->api.header_count++] =
				(struct api_header){given->items[i].name, given->items[i].values.items[k]};
}

static void api_settings(struct app *app)
{
	const struct config *config = app->config;

	app->api = (struct api_settings){
		.base = {config->http.host, config->http.prefix, config->http.relativeurls},
		.delete_enabled = config->storage.delete_enabled,
		.readonly = config->storage.readonly,
		.redirect = !config->storage.redirect_disable,
		.authenticated = config->auth.scheme != CONFIG_AUTH_NONE,
		.catalog_max = (size_t)config->catalog.maxentries,
		.tags_max = config->tags.given ? (size_t)config->tags.maxtags : LIMIT_PAGE,
	};
	if (app->api.tags_max > LIMIT_PAGE)
		app->api.tags_max = LIMIT_PAGE;
	if (app->api.catalog_max > LIMIT_PAGE)
		app->api.catalog_max = LIMIT_PAGE;
	headers(app);
}

/* The settings are in the arena: the policy keeps the pointer, and struct app may be moved. */
static const struct manifest_policy_settings *policy_settings(struct app *app)
{
	static const enum policy_children children[] = {
		[CONFIG_PLATFORMS_ALL] = POLICY_CHILDREN_ALL,
		[CONFIG_PLATFORMS_NONE] = POLICY_CHILDREN_NONE,
		[CONFIG_PLATFORMS_LIST] = POLICY_CHILDREN_LISTED,
	};
	const struct config_validation *given = &app->config->validation;
	struct policy_platform *platforms = arena_array(&app->arena, given->platformlist.count + 1, sizeof *platforms);

	struct manifest_policy_settings *settings = arena_alloc(&app->arena, sizeof *settings);

	for (size_t i = 0; i < given->platformlist.count; i++)
		platforms[i] = (struct policy_platform){given->platformlist.items[i].architecture,
							given->platformlist.items[i].os};
	*settings = (struct manifest_policy_settings){
		.validation_disabled = given->disabled,
		.sizes_lenient = given->sizes == CONFIG_SIZES_LENIENT,
		.urls_allow = given->urls_allow.items,
		.urls_allow_count = given->urls_allow.count,
		.urls_deny = given->urls_deny.items,
		.urls_deny_count = given->urls_deny.count,
		.children = children[given->platforms],
		.platforms = platforms,
		.platform_count = given->platformlist.count,
		.classes = app->config->policy_classes.items,
		.class_count = app->config->policy_classes.count,
		.reference_limit = given->referencelimit,
		.payload_limit = given->payloadsizelimit,
	};
	return settings;
}

static void set_up_log(const struct config_log *given)
{
	log_setup(given->level, given->formatter);
	log_static_clear();
	for (size_t i = 0; i < given->fields.count; i++)
		log_static_field(given->fields.items[i].name, given->fields.items[i].value);
}

static bool derive(struct app *app, FILE *out)
{
	char reason[256];

	app->database = app_database_settings(app->config);
	app_share_aws_ranges(app->config);
	app_share_room();
	api_settings(app);
	app->policy = manifest_policy_new(policy_settings(app), reason, sizeof reason);
	if (!app->policy)
		fprintf(out, "error: validation.manifests.urls: %s\n", reason);
	return app->policy != NULL;
}

bool app_load(struct app *app, const char *path, char **environment, FILE *out)
{
	struct config_report report;
	bool ok;

	memset(app, 0, sizeof *app);
	arena_init(&app->arena, CONFIG_MEMORY);
	config_report_init(&report, &app->arena);
	ok = config_load(&app->config, &app->arena, path, environment, &report);
	config_report_print(&report, out);
	ok = ok && derive(app, out);
	if (ok)
		set_up_log(&app->config->log);
	else
		app_release(app);
	return ok;
}

void app_release(struct app *app)
{
	auth_free(app->auth);
	app->auth = NULL;
	manifest_policy_free(app->policy);
	app->policy = NULL;
	arena_release(&app->arena);
}
