/* SPDX-License-Identifier: MIT */
/* Questions to sockets: is something there, is it free, does a worker answer. */
#ifndef BERTH_CLI_PROBE_PRIV_H
#define BERTH_CLI_PROBE_PRIV_H

#include <stdbool.h>

#include "../render/site_priv.h"

/* A worker answers FastCGI on the unix socket at `path` (a const char *). */
bool probe_fastcgi(const void *path);

/* Something accepts at the address of a const struct site. */
bool probe_listening(const void *site);

/*
 * Nothing has the address of `site` yet; false with one line in *reason. A unix socket is asked for, and removed when it is
 * stale, as the account.
 */
bool probe_free(const struct site *site, const struct unix_account *as, struct arena *arena, const char **reason);

#endif
