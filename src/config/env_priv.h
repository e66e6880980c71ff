/* SPDX-License-Identifier: MIT */
/*
 * REGISTRY_* variables on top of the file's tree.
 *
 * The rest of a name is the path of a setting in capitals, with `_` between its parts. A part is a key, or the name of the
 * field in distribution's Go source. A list is followed by an index, a mapping of names (headers, log fields) by a name.
 * Values are YAML. Variables are applied in the order of their names: REGISTRY_STORAGE replaces the whole section before
 * REGISTRY_STORAGE_DELETE_ENABLED changes it. A variable that describes a service of Kubernetes is ignored with a warning.
 */
#ifndef BERTH_CONFIG_ENV_PRIV_H
#define BERTH_CONFIG_ENV_PRIV_H

#include "load_priv.h"
#include "node_priv.h"

/* Changes the tree `root`, a mapping, by the variables of `environment`, which is NULL-terminated or NULL. */
void env_apply(struct load *load, struct node *root, char **environment);

/* Returns the value of the variable `name`, borrowed from `environment`; NULL when it is not set. */
const char *env_value(char **environment, const char *name);

#endif
