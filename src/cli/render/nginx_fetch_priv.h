/* SPDX-License-Identifier: MIT */
/* NGINX fetches a blob from an object store. Without an origin both functions append nothing. */
#ifndef BERTH_CLI_NGINX_FETCH_PRIV_H
#define BERTH_CLI_NGINX_FETCH_PRIV_H

#include "fetch_priv.h"
#include "site_priv.h"

/* Appends the upstream block of the store, for a store whose name is looked up once, at the start. */
void nginx_add_fetch_upstream(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

/* Appends the location that the workers' X-Accel-Redirect names, and the one that reports a failed fetch to a worker. */
void nginx_add_fetch(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

#endif
