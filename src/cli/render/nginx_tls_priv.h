/* SPDX-License-Identifier: MIT */
/* Addresses and TLS in NGINX's configuration. */
#ifndef BERTH_CLI_NGINX_TLS_PRIV_H
#define BERTH_CLI_NGINX_TLS_PRIV_H

#include "site_priv.h"

/* Appends the listen lines of the server block. */
void nginx_add_listen(struct strbuf *out, const struct site *site);

/* Appends the ssl_* lines of the server block; nothing without TLS. */
void nginx_add_tls(struct strbuf *out, const struct site *site);

/* Appends the line of a location that refuses clients without a certificate, where http.tls.clientauth asks for any. */
void nginx_add_client_check(struct strbuf *out, const struct site *site);

#endif
