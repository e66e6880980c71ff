/* SPDX-License-Identifier: MIT */
/* Each object store with its own settings. */
#include "store_object_priv.h"

#include <stdio.h>

#include "berth/base/arena.h"
#include "berth/store/azure.h"
#include "berth/store/gcs.h"
#include "berth/store/oss.h"
#include "berth/store/s3.h"
#include "berth/store/swift.h"
#include "prehash_priv.h"

#define NS_PER_S 1000000000
#define PREFIX_MEMORY ((size_t)64 << 10)

struct object_service *app_open_service(const struct config *config, char *reason, size_t size)
{
	const struct config_storage *storage = &config->storage;

	switch (storage->driver) {
	case CONFIG_DRIVER_S3: return store_s3_service_new(&storage->s3, reason, size);
	case CONFIG_DRIVER_AZURE: return azure_open(&storage->azure, reason, size);
	case CONFIG_DRIVER_GCS: return gcs_open(&storage->gcs, reason, size);
	case CONFIG_DRIVER_SWIFT: return swift_open(&storage->swift, reason, size);
	case CONFIG_DRIVER_OSS: return store_oss_service_new(&storage->oss, reason, size);
	case CONFIG_DRIVER_NONE:
	case CONFIG_DRIVER_FILESYSTEM: break;
	}
	(void)snprintf(reason, size, "this driver is no object store");
	return NULL;
}

/* What stands in front of "docker/registry/v2/..." in keys: "" or "some/folder/". */
static const char *key_prefix(const struct config_storage *storage, struct arena *arena)
{
	const char *root = "";

	switch (storage->driver) {
	case CONFIG_DRIVER_S3: root = storage->s3.rootdirectory; break;
	case CONFIG_DRIVER_AZURE: root = storage->azure.rootdirectory; break;
	case CONFIG_DRIVER_GCS: root = storage->gcs.rootdirectory; break;
	case CONFIG_DRIVER_OSS: root = storage->oss.rootdirectory; break;
	case CONFIG_DRIVER_SWIFT: return swift_key_prefix(storage->swift.prefix, arena);
	case CONFIG_DRIVER_NONE:
	case CONFIG_DRIVER_FILESYSTEM: break;
	}
	return *root ? arena_printf(arena, "%s/", root) : "";
}

struct store *app_open_objects(const struct config *config, char *reason, size_t size)
{
	struct store_object_settings settings = {
		.spool = config->spool,
		.prehashes = app_prehash_table(),
		.sign_seconds = (unsigned)(config->storage.redirect_expirydelay / NS_PER_S),
	};
	struct object_service *service = app_open_service(config, reason, size);
	struct store *store;
	struct arena arena;

	if (!service)
		return NULL;
	arena_init(&arena, PREFIX_MEMORY);
	settings.prefix = key_prefix(&config->storage, &arena);
	store = store_object_open(service, &settings, reason, size);
	arena_release(&arena);
	return store;
}
