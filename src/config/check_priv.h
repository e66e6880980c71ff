/* SPDX-License-Identifier: MIT */
/*
 * What no row of settings.def can say: how settings depend on each other, and forms that a type alone does not show. The
 * functions report errors and warnings, and fill members that follow from others.
 */
#ifndef BERTH_CONFIG_CHECK_PRIV_H
#define BERTH_CONFIG_CHECK_PRIV_H

#include "load_priv.h"
#include "node_priv.h"

/* Checks the whole configuration, after apply_tree. `root` is the tree that apply_tree has read. */
void check_config(struct load *load, const struct node *root);

/* Called by check_config: each checks one section, in a file of its own. A driver is checked when the file names it. */
void check_s3(struct load *load);
void check_azure(struct load *load);
void check_gcs(struct load *load);
void check_swift(struct load *load);
void check_oss(struct load *load);
void check_auth(struct load *load);
void check_token_service(struct load *load);

#endif
