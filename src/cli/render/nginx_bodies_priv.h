/* SPDX-License-Identifier: MIT */
/*
 * The locations that take requests. The route tables decide by raw target, method and announced length where a body goes:
 *
 *     plain      no body, or a small one that no route takes: into memory
 *     refused    a body above the bound of its route: a worker names the error, and NGINX reads nothing
 *     buffered   a manifest: a worker is asked before the body
 *     spooled    an upload: a worker is asked before the body, which becomes a file
 *     tokens     the paths of the token service: into memory
 *
 * The worker decides by the raw target, too, so that a path has one meaning for both. The public location only chooses: a
 * client cannot reach one of the five by its name.
 */
#ifndef BERTH_CLI_NGINX_BODIES_PRIV_H
#define BERTH_CLI_NGINX_BODIES_PRIV_H

#include "fetch_priv.h"
#include "site_priv.h"

/* Appends the maps of the http block that choose the place. */
void nginx_add_body_maps(struct strbuf *out, const struct site *site);

/* Appends the public location, the five places, and the question that is asked before a body. */
void nginx_add_bodies(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

#endif
