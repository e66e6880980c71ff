/* SPDX-License-Identifier: MIT */
/* The web servers that Berth runs behind: how each one is configured, started and stopped. One row of a table each. */
#ifndef BERTH_CLI_WEB_SERVER_PRIV_H
#define BERTH_CLI_WEB_SERVER_PRIV_H

#include <stdbool.h>

#include "site_priv.h"

#define WEB_SERVER_ARGS 12

struct web_server {
	const char *name; /* for --server and `berth render`; NAME.conf beside CONFIG is its configuration under systemd */
	const char *program;  /* the program; PROGRAM.conf in the run folder is its configuration under `berth serve` */
	const char *standard; /* path of the program when it is not found */
	const char *package;  /* of Debian */
	site_render *render;

	/* Arguments before the run folder, between the folder and the configuration, and behind; NULL ends each list. */
	const char *before[4], *between[2], *behind[3];

	int stop_signal;       /* finish the requests in progress, take no new ones */
	int reload_signal;     /* read the configuration again */
	bool spools;           /* leaves uploads as files, so that one pool serves all requests; else uploads need a pool */
	const char *error_log; /* option of the renderer for a log on stderr that is a pipe */
	const char *module;    /* path of a module that is in a package of its own; "" for none */
	const char *module_name, *module_package;
};

/* Returns the web server of that name; NULL when there is none. */
const struct web_server *web_server_named(const char *name);

/* Fills `out`, with a NULL at its end: `program` in the foreground, with its run folder and its configuration file. */
void web_server_argv(const char *out[static WEB_SERVER_ARGS], const struct web_server *server, const char *program,
		     const char *run_dir, const char *config);

#endif
