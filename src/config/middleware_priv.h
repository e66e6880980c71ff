/* SPDX-License-Identifier: MIT */
/* middleware.storage: the list of storage middlewares. */
#ifndef BERTH_CONFIG_MIDDLEWARE_PRIV_H
#define BERTH_CONFIG_MIDDLEWARE_PRIV_H

#include <stdbool.h>

#include "load_priv.h"
#include "node_priv.h"

/*
 * Fills *out with the items of the list that are not disabled, each checked by the rules of its kind. Returns false after
 * an error, which is in the report under `path`.
 */
bool middlewares_collect(struct load *load, const struct node *node, const char *path, struct config_middlewares *out);

/* Checks what depends on other settings; after check_config has found the storage driver. */
void middlewares_check(struct load *load);

#endif
