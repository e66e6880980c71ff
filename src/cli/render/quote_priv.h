/* SPDX-License-Identifier: MIT */
/* One argument in the languages of the configuration files that Berth writes. */
#ifndef BERTH_CLI_QUOTE_PRIV_H
#define BERTH_CLI_QUOTE_PRIV_H

#include <stdbool.h>

#include "berth/base/strbuf.h"

/* Whether `text` can be written at all: no byte below a space, and no DEL. site_init checks each text. */
bool quote_possible(const char *text);

/*
 * Append `text` as one argument in double quotes. A dollar sign begins a variable of NGINX and has no escape there: callers
 * refuse such a text. quote_systemd doubles percent and dollar signs (systemd.service(5)).
 */
void quote_nginx(struct strbuf *out, const char *text);
void quote_apache(struct strbuf *out, const char *text);
void quote_systemd(struct strbuf *out, const char *text);

/* Appends `text`, with a backslash before each character that has a meaning in PCRE. */
void quote_regex(struct strbuf *out, const char *text);

/*
 * Appends a regular expression for the paths of a route's `pattern` below `prefix` ("/" or "/a/"). The expression fits raw and
 * decoded paths and is not anchored at its end. It may match more than the route: {name} takes any characters but "?".
 */
void quote_pattern(struct strbuf *out, const char *prefix, const char *pattern);

#endif
