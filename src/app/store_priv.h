/* SPDX-License-Identifier: MIT */
/* From the `storage` section to a driver: one opener for each, in a file of its own where there is much to carry over. */
#ifndef BERTH_APP_STORE_PRIV_H
#define BERTH_APP_STORE_PRIV_H

#include <stddef.h>

#include "berth/config/config.h"
#include "berth/store/ahead.h"
#include "berth/store/object.h"

/* NULL with one line in `reason`. Called once in each worker, after fork; strings of the configuration are borrowed. */
typedef struct store *app_open_fn(const struct config *config, char *reason, size_t size);

/* The driver that the configuration names, behind its middlewares. */
app_open_fn app_open_store;

app_open_fn app_open_s3;
app_open_fn app_open_azure;
app_open_fn app_open_gcs;
app_open_fn app_open_swift;
/* The service that storage.swift describes, without a store on top: the tests' own programs take it so. */
struct object_service *app_swift_service(const struct config *config, char *reason, size_t size);

/* Of spool files hashed ahead: shared by all processes of the node that are forked after the first call. Never NULL. */
struct ahead_board *app_board(void);

/*
 * For the openers of object stores (app_open_s3 in store_s3.c, and so on; each has its line in the table of store.c): the
 * store on top of `service`, with prefix, spool and life of signed URLs from the configuration. `rootdirectory` is the driver's
 * own setting, slashes at its ends or not. Owns `service`, also when it fails.
 */
struct store *app_open_objects(const struct config *config, const char *rootdirectory, struct object_service *service,
			       char *reason, size_t size);

app_open_fn app_open_oss;

#endif
