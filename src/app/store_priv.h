/* SPDX-License-Identifier: MIT */
/* From the `storage` section of the configuration to a driver. */
#ifndef BERTH_APP_STORE_PRIV_H
#define BERTH_APP_STORE_PRIV_H

#include <stddef.h>

#include "berth/config/config.h"
#include "berth/store/store.h"

/*
 * Opens the driver that the configuration names, behind its middlewares. NULL with one line in `reason`. Called once in each
 * worker, after fork; strings of the configuration are borrowed.
 */
struct store *app_open_store(const struct config *config, char *reason, size_t size);

#endif
