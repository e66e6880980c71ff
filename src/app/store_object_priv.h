/* SPDX-License-Identifier: MIT */
/* Stores whose bytes lie in an object store. */
#ifndef BERTH_APP_STORE_OBJECT_PRIV_H
#define BERTH_APP_STORE_OBJECT_PRIV_H

#include <stddef.h>

#include "berth/config/config.h"
#include "berth/store/object.h"

/*
 * Opens the object store that the configuration names, with its prefix, its spool and the validity of its signed URLs. The
 * configuration must outlive the store. Returns NULL with one line in `reason`.
 */
struct store *app_open_objects(const struct config *config, char *reason, size_t size);

/*
 * Opens the service of that object store, without a store on top of it. Returns NULL with one line in `reason`, also when the
 * driver is filesystem.
 */
struct object_service *app_open_service(const struct config *config, char *reason, size_t size);

#endif
