/* SPDX-License-Identifier: MIT */
/* `berth serve`, and `registry serve` in its place: the whole registry in the foreground. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command_priv.h"
#include "host/programs_priv.h"
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

static bool take_options(struct serve_options *out, const char *const *texts, struct arena *arena)
{
	const char *server = texts[OPT_SERVER] ? texts[OPT_SERVER] : "nginx";

	out->workers = SERVE_WORKERS_DEFAULT;
	out->users[ROLE_WORKERS] = texts[OPT_USER];
	out->users[ROLE_TOKENS] = texts[OPT_TOKEN_USER];
	out->users[ROLE_DATABASE] = texts[OPT_DATABASE_USER];
	out->data = texts[OPT_DATA] ? path_absolute(texts[OPT_DATA], arena) : standard_data(arena);
	out->apache = strcmp(server, "apache") == 0;
	if (!out->apache && strcmp(server, "nginx") != 0)
		return false;
	return !texts[OPT_WORKERS] || workers_number(&out->workers, texts[OPT_WORKERS]);
}

static int run(int argc, char **argv, struct arena *arena)
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
	if (!path || !take_options(&options, texts, arena))
		return command_usage(&cmd_serve);
	options.config = path_absolute(path, arena);
	return serve(&options, arena);
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "run the registry in the foreground",
	.help = "usage: berth serve [CONFIG] [options]\n"
		"\n"
		"Runs everything that CONFIG, or the file that REGISTRY_CONFIGURATION_PATH names, asks for: PostgreSQL if it\n"
		"names no database, the workers, the web server. The schema is brought up to date first. One log on stderr.\n"
		"INT and TERM stop all of it, within http.draintimeout (0: 10 s) for requests at hand, and nothing else; HUP\n"
		"has the workers read CONFIG again (address, TLS and headers of the web server take a restart). When the terminal\n"
		"in whose foreground it runs is closed, HUP stops it. A child that dies is started again.\n"
		"\n"
		"  --data DIR             DIR/postgresql and DIR/run are made and used (/var/lib/berth as root, else\n"
		"                         ~/.local/share/berth)\n"
		"  --server nginx|apache  (nginx)\n"
		"  --workers N            (8)\n"
		"\n"
		"As root, three accounts share the work, so that a worker that is taken over reads no signing key:\n"
		"  --user NAME            the workers and the web server (berth)\n"
		"  --token-user NAME      the token service, owner of token_service.keys (berth-token)\n"
		"  --database-user NAME   PostgreSQL, owner of DIR/postgresql (berth-database)\n"
		"DIR and CONFIG are root's. The web server never runs as root; it may bind ports below 1024 all the same.\n"
		"\n"
		"Exit status: 0 stopped by a signal, 1 something could not be started, 2 usage, 3 configuration error.\n",
	.run = run,
};
