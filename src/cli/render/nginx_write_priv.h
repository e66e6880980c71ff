/* SPDX-License-Identifier: MIT */
/* Directives that several parts of NGINX's configuration use. */
#ifndef BERTH_CLI_NGINX_WRITE_PRIV_H
#define BERTH_CLI_NGINX_WRITE_PRIV_H

#include "fetch_priv.h"
#include "site_priv.h"

/* A header of the worker's response that NGINX drops over an internal redirect, so that the location sets it again. */
struct nginx_kept {
	const char *header;
	const char *upstream; /* the variable that holds the worker's value until NGINX asks another upstream */
	const char *saved;    /* the variable that holds the value while NGINX fetches from an object store */
};

#define NGINX_KEPT 4
extern const struct nginx_kept nginx_kept[NGINX_KEPT];

/* Appends `indent`, the directive, one quoted argument and a semicolon. */
void nginx_line(struct strbuf *out, const char *indent, const char *directive, const char *argument);

/*
 * Appends http.headers as add_header lines of a location. Leaves out the headers of nginx_kept, and those that NGINX carries
 * over an internal redirect by itself.
 */
void nginx_add_headers(struct strbuf *out, const struct config_headers *headers);

/* Whether nginx_add_headers writes ${berth_dollar}, which the http block must then define. */
bool nginx_needs_dollar(const struct config_headers *headers);

/* Appends the lines of a location that pass the request to the pool behind `socket`. */
void nginx_add_request(struct strbuf *out, const char *socket);

/*
 * Appends the lines of a location that pass the request to the workers. `spool_file` is the variable with the path of the
 * body's file; "" when the body is passed on.
 */
void nginx_add_worker(struct strbuf *out, const struct site *site, const struct site_fetch *fetch, const char *spool_file);

#endif
