/* SPDX-License-Identifier: MIT */
/* `berth serve`: the whole registry in the foreground. */
#include "command_priv.h"

static int run(int argc, char **argv, struct arena *arena)
{
	(void)argc;
	(void)argv;
	(void)arena;
	command_complain("serve is being written; start spawn-fcgi and the web server by hand");
	return COMMAND_FAILED;
}

const struct command cmd_serve = {
	.name = "serve",
	.summary = "run the registry in the foreground",
	.help = "usage: berth serve CONFIG\n",
	.run = run,
};
