/* SPDX-License-Identifier: MIT */
/*
 * The run folder of `berth serve`. The folder, its lock, and the configuration written there are root's, or the user's; each
 * account has a folder of its own in it for sockets, pid and temporary files.
 */
#ifndef BERTH_CLI_WORKPLACE_PRIV_H
#define BERTH_CLI_WORKPLACE_PRIV_H

#include <stdbool.h>

#include "../host/accounts_priv.h"

struct workplace {
	const char *dir;   /* rendered configurations, the lock */
	const char *fcgi;  /* sockets of registry.fcgi */
	const char *web;   /* the web server's pid and temporary files */
	const char *token; /* socket of token.fcgi, which the web server may use */
	const char *db;    /* socket of PostgreSQL */
};

/*
 * Makes DIR/run or takes the one that is ours, and locks it until the process ends. Roles without an account get no folder.
 * False with one line in *reason when the folder is another's, in use, or too long a path for sockets.
 */
bool workplace_open(struct workplace *out, const char *data, const struct accounts *accounts, struct arena *arena,
		    const char **reason);

#endif
