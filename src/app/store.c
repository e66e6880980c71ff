/* SPDX-License-Identifier: MIT */
/* Which driver the configuration names. */
#include "store_priv.h"

#include <stdio.h>

#include "berth/store/fs.h"

static struct store *open_filesystem(const struct config *config, char *reason, size_t size)
{
	return store_fs_open(config->storage.filesystem.rootdirectory, app_board(), reason, size);
}

static app_open_fn *const openers[] = {
	[CONFIG_DRIVER_FILESYSTEM] = open_filesystem,
	[CONFIG_DRIVER_AZURE] = app_open_azure,
	[CONFIG_DRIVER_GCS] = app_open_gcs,
};

struct store *app_open_store(const struct config *config, char *reason, size_t size)
{
	size_t driver = (size_t)config->storage.driver;

	if (driver < sizeof openers / sizeof *openers && openers[driver])
		return openers[driver](config, reason, size);
	(void)snprintf(reason, size, "this driver is not built in");
	return NULL;
}
