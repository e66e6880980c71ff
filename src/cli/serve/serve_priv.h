/* SPDX-License-Identifier: MIT */
/* `berth serve`: PostgreSQL where the configuration names none, the two pools, the web server; one log on stderr. */
#ifndef BERTH_CLI_SERVE_PRIV_H
#define BERTH_CLI_SERVE_PRIV_H

#include "../host/accounts_priv.h"

#define SERVE_WORKERS_DEFAULT 8

struct serve_options {
	const char *config;       /* absolute */
	const char *data;         /* absolute; the folder that is ours: postgresql/ and run/ */
	const char *users[ROLES]; /* NULL: the standard ones */
	bool apache;
	unsigned workers;
};

/* Runs until it is told to stop; the exit status of the command. */
int serve(const struct serve_options *options, struct arena *arena);

#endif
