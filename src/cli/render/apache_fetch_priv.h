/* SPDX-License-Identifier: MIT */
/* Apache fetches a blob from an object store. */
#ifndef BERTH_CLI_APACHE_FETCH_PRIV_H
#define BERTH_CLI_APACHE_FETCH_PRIV_H

#include "fetch_priv.h"
#include "site_priv.h"

/* Appends the rules and locations of a fetch; nothing without an origin. */
void apache_add_fetch(struct strbuf *out, const struct site *site, const struct site_fetch *fetch);

#endif
