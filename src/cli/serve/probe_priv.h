/* SPDX-License-Identifier: MIT */
/* Whether a worker answers on a socket, something listens on an address, an address is free. */
#ifndef BERTH_CLI_PROBE_PRIV_H
#define BERTH_CLI_PROBE_PRIV_H

#include <stdbool.h>

#include "../render/site_priv.h"

/* Whether a FastCGI worker answers within 2 s on the unix socket `path`, a const char *. For struct child_spec. */
bool probe_fastcgi(const void *path);

/* Whether something accepts connections at the address of `site`, a const struct site *. For struct child_spec. */
bool probe_listening(const void *site);

/*
 * Whether the address of `site` is free; false with one line in *reason. The check of a unix socket runs as the account, and
 * removes a socket that no process listens on.
 */
bool probe_free(const struct site *site, const struct unix_account *as, struct arena *arena, const char **reason);

#endif
