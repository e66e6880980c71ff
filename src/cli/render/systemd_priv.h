/* SPDX-License-Identifier: MIT */
/* The systemd units of a registry. */
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
 * Writes the units that serve `site` to `out`, in `arena`: the pools, the web server unless options->server is "none", and
 * berth.target, which starts all of them. False with one line in *reason when the server is unknown.
 */
bool units_render(struct units *out, const struct site *site, struct arena *arena, const char **reason);

#endif
