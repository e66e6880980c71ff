/* SPDX-License-Identifier: MIT */
/*
 * The responses that NGINX makes by itself, in the registry's JSON. Each error leads to FRONT_LOCATION_ANSWER and the name of
 * an error code, and a map turns that path into the body. A path serves where a named location fails: for a request whose
 * first line could not be read.
 */
#ifndef BERTH_CLI_NGINX_ANSWERS_PRIV_H
#define BERTH_CLI_NGINX_ANSWERS_PRIV_H

#include "site_priv.h"

/* Appends the maps of the http block from a path to body and Retry-After. */
void nginx_add_answer_maps(struct strbuf *out, const struct site *site);

/*
 * Appends the error_page lines of front_answers.def; `too_large` is the error of a body above the location's bound. A location
 * that has any error_page line inherits none, so that it needs all of them.
 */
void nginx_add_error_pages(struct strbuf *out, const char *indent, enum error_code too_large);

/* Appends the locations that the error_page lines lead to. */
void nginx_add_answers(struct strbuf *out, const struct site *site);

#endif
