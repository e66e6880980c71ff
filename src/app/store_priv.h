/* SPDX-License-Identifier: MIT */
/* From the `storage` section of the configuration to a driver. */
#ifndef BERTH_APP_STORE_PRIV_H
#define BERTH_APP_STORE_PRIV_H

#include <stddef.h>

#include "berth/config/config.h"
#include "berth/store/store.h"

/*
 * Opens the driver that the configuration names, with its middlewares. The configuration must outlive the store. Returns NULL
 * with one line in `reason`. Each worker calls it once, after fork.
 */
struct store *app_open_store(const struct config *config, char *reason, size_t size);

#endif
