/* SPDX-License-Identifier: MIT */
/* The object stores that there are, and what each of them takes from the configuration. */
#include "store_object_priv.h"

#include <stdio.h>
#include <string.h>

#include "berth/base/arena.h"
#include "ahead_priv.h"
#include "berth/store/swift.h"

#define NS_PER_S 1000000000
#define PREFIX_MEMORY ((size_t)64 << 10)

/* Where the store's tree begins in its bucket, as the configuration has it. */
typedef const char *root_fn(const struct config *config, struct arena *arena);

static const char *s3_root(const struct config *config, struct arena *arena)
{
	(void)arena;
	return config->storage.s3.rootdirectory;
}

static const char *azure_root(const struct config *config, struct arena *arena)
{
	(void)arena;
	return config->storage.azure.rootdirectory;
}

static const char *gcs_root(const struct config *config, struct arena *arena)
{
	(void)arena;
	return config->storage.gcs.rootdirectory;
}

static const char *oss_root(const struct config *config, struct arena *arena)
{
	(void)arena;
	return config->storage.oss.rootdirectory;
}

static const char *swift_root(const struct config *config, struct arena *arena)
{
	return swift_key_prefix(config->storage.swift.prefix, arena);
}

static const struct object_driver {
	app_service_fn *open;
	root_fn *root;
} drivers[] = {
	[CONFIG_DRIVER_S3] = {app_s3_service, s3_root},          [CONFIG_DRIVER_AZURE] = {app_azure_service, azure_root},
	[CONFIG_DRIVER_GCS] = {app_gcs_service, gcs_root},       [CONFIG_DRIVER_OSS] = {app_oss_service, oss_root},
	[CONFIG_DRIVER_SWIFT] = {app_swift_service, swift_root},
};

static const struct object_driver *driver_of(const struct config *config)
{
	static const struct object_driver none;
	size_t driver = (size_t)config->storage.driver;

	return driver < sizeof drivers / sizeof *drivers ? &drivers[driver] : &none;
}

struct object_service *app_open_service(const struct config *config, char *reason, size_t size)
{
	const struct object_driver *driver = driver_of(config);

	if (driver->open)
		return driver->open(config, reason, size);
	(void)snprintf(reason, size, "this driver is no object store");
	return NULL;
}

/* Slashes at the ends change nothing, as in distribution: "/a/b/" and "a/b" are both "a/b/", and "/" is "". */
static const char *prefix_of(const char *root, struct arena *arena)
{
	size_t len;

	root += strspn(root, "/");
	len = strlen(root);
	while (len > 0 && root[len - 1] == '/')
		len--;
	return len ? arena_printf(arena, "%.*s/", (int)len, root) : "";
}

struct store *app_open_objects(const struct config *config, char *reason, size_t size)
{
	struct store_object_settings settings = {
		.spool = config->spool,
		.board = app_board(),
		.sign_seconds = (unsigned)(config->storage.redirect_expirydelay / NS_PER_S),
	};
	struct object_service *service = app_open_service(config, reason, size);
	struct store *store;
	struct arena arena;

	if (!service)
		return NULL;
	arena_init(&arena, PREFIX_MEMORY);
	settings.prefix = prefix_of(driver_of(config)->root(config, &arena), &arena);
	store = store_object_open(service, &settings, reason, size);
	arena_release(&arena);
	return store;
}
