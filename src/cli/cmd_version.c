/* SPDX-License-Identifier: MIT */
/* `berth version`, `registry --version`: name called by, project, version, as distribution prints it. */
#include <stdio.h>

#include "command_priv.h"

static int run(int argc, char **argv, struct arena *arena)
{
	(void)argv;
	(void)arena;
	if (argc > 1)
		return command_usage(&cmd_version);
	printf("%s berth v%s\n", command_program, BERTH_VERSION);
	return COMMAND_OK;
}

const struct command cmd_version = {
	.name = "version",
	.summary = "print the version",
	.help = "usage: berth version\n"
		"\n"
		"Prints the name it was called by, the project and the version, also as --version and -v.\n",
	.run = run,
};
