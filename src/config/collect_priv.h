/* SPDX-License-Identifier: MIT */
/*
 * Lists and mappings of the tree in the form that struct config holds. All results are in the arena of the load. The
 * functions return false after an error, which is in the report under `path`.
 */
#ifndef BERTH_CONFIG_COLLECT_PRIV_H
#define BERTH_CONFIG_COLLECT_PRIV_H

#include <stdbool.h>

#include "load_priv.h"
#include "node_priv.h"

/* Reads a list of texts into the arena of the load. Reports anything else as "a list" expected at `path`, and returns false. */
bool collect_list(struct load *load, const struct node *node, const char *path, struct text_list *out);
/* Reads a mapping of names to texts, as collect_list does. */
bool collect_fields(struct load *load, const struct node *node, const char *path, struct config_fields *out);

/* Names of headers get canonical case; a name that is given twice is an error. */
bool collect_headers(struct load *load, const struct node *node, const char *path, struct config_headers *out);

/* Takes the items that are mappings; the rows below have reported the others. Both parts get lower case. */
bool collect_platforms(struct load *load, const struct node *node, const char *path, struct config_platforms *out);

#endif
