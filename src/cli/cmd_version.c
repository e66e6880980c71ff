/* SPDX-License-Identifier: MIT */
/*
 * `berth version` prints the project and the version. `registry --version` prints the program's name before them, as
 * distribution does: scripts read the third word.
 */
#include <stdio.h>
#include <string.h>

#include "command_priv.h"

static int version_run(int argc, char **argv, struct arena *arena)
{
	(void)argv;
	(void)arena;
	if (argc > 1)
		return command_usage(&cmd_version);
	if (strcmp(command_program, "berth") != 0)
		printf("%s ", command_program);
	printf("berth v%s\n", BERTH_VERSION);
	return COMMAND_OK;
}

const struct command cmd_version = {
	.name = "version",
	.summary = "print the version",
	.help = "usage: berth version\n"
		"\n"
		"Prints the name of the project and the version, as --version and -v do. Called as `registry`, the program prints its own\n"
		"name before them.\n",
	.run = version_run,
};
