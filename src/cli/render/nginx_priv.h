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

/* Lines of a location that pass the request to the pool behind `socket`. */
void nginx_add_request(struct strbuf *out, const char *socket);

/* A line of a location that refuses clients without a certificate, where the configuration asks for any. */
void nginx_add_client_check(struct strbuf *out, const struct site *site);

/* nginx_bodies.c: maps of the http block, and the locations that take requests. */
void nginx_add_body_maps(struct strbuf *out, const struct site *site);
void nginx_add_bodies(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

/* nginx_answers.c: maps of the http block, the error_page lines, the locations that they lead to. */
void nginx_add_answer_maps(struct strbuf *out, const struct site *site);
void nginx_add_error_pages(struct strbuf *out, const char *indent, enum error_code too_large);
void nginx_add_answers(struct strbuf *out, const struct site *site);

/* Lines of a location that pass the request to the workers. `spool_file` is a variable, "" for none. */
void nginx_add_worker(struct strbuf *out, const struct site *site, const struct site_fetch *fetch, const char *spool_file);

#endif
