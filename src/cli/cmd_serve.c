/* SPDX-License-Identifier: MIT */
/* `berth serve`, also called `registry serve`: runs the whole registry in the foreground. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_priv.h"
#include "host/path_priv.h"
#include "serve/serve_priv.h"

enum { OPT_DATA, OPT_SERVER, OPT_WORKERS, OPT_USER, OPT_TOKEN_USER, OPT_DATABASE_USER, TEXTS };

static const struct option long_options[] = {
	{"data", required_argument, NULL, OPT_DATA},
	{"server", required_argument, NULL, OPT_SERVER},
	{"workers", required_argument, NULL, OPT_WORKERS},
	{"user", required_argument, NULL, OPT_USER},
	{"token-user", required_argument, NULL, OPT_TOKEN_USER},
	{"database-user", required_argument, NULL, OPT_DATABASE_USER},
	{NULL, 0, NULL, 0},
};

static const char *standard_data(struct arena *arena)
{
	const char *home = getenv("HOME");

	return geteuid() == 0 || !home ? "/var/lib/berth" : arena_printf(arena, "%s/.local/share/berth", home);
}

static bool serve_take_options(struct serve_options *out, const char *const *texts, struct arena *arena)
{
	out->workers = SERVE_WORKERS_DEFAULT;
	out->users[ROLE_WORKERS] = texts[OPT_USER];
	out->users[ROLE_TOKENS] = texts[OPT_TOKEN_USER];
	out->users[ROLE_DATABASE] = texts[OPT_DATABASE_USER];
	out->data = texts[OPT_DATA] ? path_absolute(texts[OPT_DATA], arena) : standard_data(arena);
	out->server = web_server_named(texts[OPT_SERVER] ? texts[OPT_SERVER] : "nginx");
	if (!out->server)
		return false;
	return !texts[OPT_WORKERS] || command_workers(&out->workers, texts[OPT_WORKERS]);
}

static int serve_run(int argc, char **argv, struct arena *arena)
{
	const char *texts[TEXTS] = {NULL}, *path;
	struct serve_options options = {0};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option < 0 || option >= TEXTS)
			return command_usage(&cmd_serve);
		texts[option] = optarg;
	}
	path = argc - optind == 1 ? argv[optind] : argc == optind ? getenv("REGISTRY_CONFIGURATION_PATH") : NULL;
	if (!path || !serve_take_options(&options, texts, arena))
		return command_usage(&cmd_serve);
	options.config = path_absolute(path, arena);
	return serve(&options, arena);
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "run the registry in the foreground",
	.help = "usage: berth serve [CONFIG] [options]\n"
		"\n"
		"Runs the registry of CONFIG, or of the file that REGISTRY_CONFIGURATION_PATH names: PostgreSQL if CONFIG names no database,\n"
		"the workers, and the web server. Brings the schema of the database up to date first. Everything logs to stderr. A child\n"
		"process that dies is started again.\n"
		"\n"
		"INT and TERM stop everything. Requests in progress get http.draintimeout to end (0: 10 s). HUP makes the workers read CONFIG\n"
		"again; a change of address, TLS or headers needs a restart. HUP stops if the terminal in whose foreground serve runs is\n"
		"closed.\n"
		"\n"
		"  --data DIR             the folder for DIR/postgresql and DIR/run, which are made (/var/lib/berth as root, else\n"
		"                         ~/.local/share/berth)\n"
		"  --server nginx|apache  the web server (nginx)\n"
		"  --workers N            processes that serve requests (8)\n"
		"\n"
		"As root, three accounts share the work, so that an attacker in a worker cannot read the key that signs tokens:\n"
		"  --user NAME            the workers and the web server (berth)\n"
		"  --token-user NAME      the token service, owner of token_service.keys (berth-token)\n"
		"  --database-user NAME   PostgreSQL, owner of DIR/postgresql (berth-database)\n"
		"DIR and CONFIG belong to root. The web server does not run as root, and may bind ports below 1024 all the same.\n"
		"\n"
		"Exit status: 0 stopped by a signal, 1 something could not be started, 2 wrong usage, 3 wrong configuration.\n",
	.run = serve_run,
};
