/* SPDX-License-Identifier: MIT */
/*
 * REGISTRY_* variables on top of the file's tree.
 *
 * The rest of a name is the path of a setting in capitals with `_` between its parts, each part a key or the name that
 * Go's field has; behind a list comes an index, behind a mapping of names (headers, log fields) a name. Values are
 * YAML. Variables are applied sorted by name, so REGISTRY_STORAGE replaces all of it before
 * REGISTRY_STORAGE_DELETE_ENABLED adds to that. A variable that describes a service of Kubernetes is ignored with a
 * warning.
 */
#ifndef BERTH_CONFIG_ENV_PRIV_H
#define BERTH_CONFIG_ENV_PRIV_H

#include "load_priv.h"
#include "node_priv.h"

/* `environment` is NULL-terminated, or NULL. `root` is a mapping. */
void env_apply(struct load *load, struct node *root, char **environment);

/* The value of a variable; NULL when there is none. */
const char *env_value(char **environment, const char *name);

#endif
