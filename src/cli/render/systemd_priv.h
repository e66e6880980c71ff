/* SPDX-License-Identifier: MIT */
/* The systemd units of a registry: the pools, the web server, and a target that starts all of them. */
#ifndef BERTH_CLI_SYSTEMD_PRIV_H
#define BERTH_CLI_SYSTEMD_PRIV_H

#include "site_priv.h"

#define UNITS_MAX 5

struct unit {
	const char *name; /* berth.service and so on */
	struct strbuf text;
};

struct units {
	size_t count;
	struct unit items[UNITS_MAX];
};

/*
 * Writes the units of `site` to `out`, whose texts live in `arena`: the pools, the web server unless options->server is "none",
 * and berth.target. False with one line in *reason when the server is unknown, or an account's name cannot be written.
 */
bool units_render(struct units *out, const struct site *site, struct arena *arena, const char **reason);

#endif
