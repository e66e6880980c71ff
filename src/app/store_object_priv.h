/* SPDX-License-Identifier: MIT */
/* Stores whose bytes lie in an object store. Each service has its settings carried over in a file of its own, store_X.c. */
#ifndef BERTH_APP_STORE_OBJECT_PRIV_H
#define BERTH_APP_STORE_OBJECT_PRIV_H

#include <stddef.h>

#include "berth/config/config.h"
#include "berth/store/object.h"

/*
 * Opens the object store that the configuration names, with its prefix, its spool and the life of its signed URLs. NULL with one
 * line in `reason`.
 */
struct store *app_open_objects(const struct config *config, char *reason, size_t size);

/*
 * Opens the service of that object store, without a store on top of it. NULL with one line in `reason`, also when the driver is
 * the filesystem.
 */
struct object_service *app_open_service(const struct config *config, char *reason, size_t size);

/* One function for each object store: opens its service with the settings of the configuration. */
typedef struct object_service *app_service_fn(const struct config *config, char *reason, size_t size);

app_service_fn app_s3_service;
app_service_fn app_azure_service;
app_service_fn app_gcs_service;
app_service_fn app_swift_service;
app_service_fn app_oss_service;

#endif
