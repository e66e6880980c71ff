/* SPDX-License-Identifier: MIT */
/* What the writers of NGINX's configuration share. */
#ifndef BERTH_CLI_NGINX_PRIV_H
#define BERTH_CLI_NGINX_PRIV_H

#include "berth/base/strbuf.h"
#include "berth/config/config.h"
#include "fetch_priv.h"
#include "site_priv.h"

/* http.headers as add_header lines of a location, but for those that NGINX or the location sets already. */
void nginx_add_headers(struct strbuf *out, const struct config_headers *headers);

/* Lines of a location that pass the request to the workers. `spool_file` is a variable, "" for none. */
void nginx_add_worker(struct strbuf *out, const struct site *site, const struct site_fetch *fetch, const char *spool_file);

#endif
