/* SPDX-License-Identifier: MIT */
/* The configuration of NGINX 1.22. */
#ifndef BERTH_CLI_NGINX_PRIV_H
#define BERTH_CLI_NGINX_PRIV_H

#include "site_priv.h"

/*
 * Writes the configuration of NGINX for `site`: a complete one, or with options->site_only what belongs into its http block.
 * False with one line in *reason when NGINX cannot do what the configuration asks for, or when a path cannot be written.
 */
site_render nginx_render;

#endif
