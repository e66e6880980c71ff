/* SPDX-License-Identifier: MIT */
/*
 * The run folder of `berth serve`. The folder, its lock and the rendered configurations belong to the account of this process;
 * each role has a folder of its own in it, for sockets, pid and temporary files.
 */
#ifndef BERTH_CLI_WORKPLACE_PRIV_H
#define BERTH_CLI_WORKPLACE_PRIV_H

#include <stdbool.h>

#include "../host/accounts_priv.h"

struct workplace {
	const char *dir;   /* lock and rendered configurations */
	const char *fcgi;  /* sockets of registry.fcgi */
	const char *web;   /* pid and temporary files of the web server */
	const char *token; /* socket of token.fcgi, which the web server may use */
	const char *db;    /* socket of PostgreSQL */
};

/*
 * Makes `data`/run or takes an existing one, and locks it until the process ends. A role without an account gets no folder.
 * False with one line in *reason when the folder belongs to another account, was not made by `berth serve`, is in use, or has
 * too long a path for sockets.
 */
bool workplace_open(struct workplace *out, const char *data, const struct accounts *accounts, struct arena *arena,
		    const char **reason);

#endif
