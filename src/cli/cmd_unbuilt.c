/* SPDX-License-Identifier: MIT */
/* Commands of distribution's and GitLab's `registry` that Berth does not have yet. Scripts that call them learn so. */
#include "command_priv.h"

static int unbuilt_run(int argc, char **argv, struct arena *arena)
{
	(void)argc;
	(void)arena;
	command_complain("%s is not built yet; nothing was done", argv[0]);
	return COMMAND_FAILED;
}

const struct command cmd_garbage_collect = {
	.name = "garbage-collect",
	.summary = "not built yet",
	.help = "usage: registry garbage-collect ...\n"
		"\n"
		"Not built yet: prints so, does nothing, and exits with status 1.\n",
	.run = unbuilt_run,
};

const struct command cmd_database = {
	.name = "database",
	.summary = "not built yet; see migrate",
	.help = "usage: registry database ...\n"
		"\n"
		"Not built yet: prints so, does nothing, and exits with status 1. `berth migrate up CONFIG` brings the schema up to date.\n",
	.run = unbuilt_run,
};
