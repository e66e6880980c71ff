/* SPDX-License-Identifier: MIT */
/* `berth serve`: runs PostgreSQL if the configuration names no database, the pools, and the web server, with one log on stderr. */
#ifndef BERTH_CLI_SERVE_PRIV_H
#define BERTH_CLI_SERVE_PRIV_H

#include "../host/accounts_priv.h"
#include "../render/web_server_priv.h"

#define SERVE_WORKERS_DEFAULT 8

struct serve_options {
	const char *config;       /* absolute path */
	const char *data;         /* absolute path of the folder for postgresql/ and run/ */
	const char *users[ROLES]; /* accounts; NULL: the standard one */
	const struct web_server *server;
	unsigned workers; /* of the registry pool */
};

/* Runs until a signal stops it. Returns the exit status of the command. */
int serve(const struct serve_options *options, struct arena *arena);

#endif
