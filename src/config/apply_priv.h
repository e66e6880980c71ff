/* SPDX-License-Identifier: MIT */
/* From the tree to struct config, along the rows of settings.def. */
#ifndef BERTH_CONFIG_APPLY_PRIV_H
#define BERTH_CONFIG_APPLY_PRIV_H

#include "load_priv.h"
#include "node_priv.h"

/* Gives every member its default. */
void apply_defaults(struct load *load);

/*
 * Writes the values of the tree into their members and notes where each was given. Reports unknown keys, values of a wrong
 * type, and settings that are not built yet.
 */
void apply_tree(struct load *load, const struct node *root);

#endif
