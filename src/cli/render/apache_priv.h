/* SPDX-License-Identifier: MIT */
/* The configuration of Apache 2.4. */
#ifndef BERTH_CLI_APACHE_PRIV_H
#define BERTH_CLI_APACHE_PRIV_H

#include "site_priv.h"

#define APACHE_MODULES "/usr/lib/apache2/modules" /* of Debian */

/*
 * Writes the complete configuration of Apache for `site`. False with one line in *reason when Apache cannot do what the
 * configuration asks for (a unix socket, options->site_only, require-any-client-cert), or when a path cannot be written.
 */
site_render apache_render;

#endif
