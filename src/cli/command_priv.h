/* SPDX-License-Identifier: MIT */
/*
 * The commands of `berth`: one file cmd_<name>.c each, with its options, its help and its body; main.c has the table.
 */
#ifndef BERTH_CLI_COMMAND_PRIV_H
#define BERTH_CLI_COMMAND_PRIV_H

#include "berth/base/arena.h"
#include "berth/config/config.h"

enum command_exit {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,  /* the command line is wrong; nothing was done */
	COMMAND_CONFIG = 3, /* the configuration is wrong; nothing was done */
};

/*
 * argv[0] is the command's own name and getopt is fresh. `arena` lasts as long as the command and is not armed:
 * running out of memory aborts.
 */
typedef int command_run(int argc, char **argv, struct arena *arena);

struct command {
	const char *name;
	const char *summary; /* one line for `berth help` */
	const char *help;    /* the rest: usage, options, exit codes where they differ */
	command_run *run;
};

extern const struct command cmd_serve, cmd_render, cmd_migrate, cmd_check_config, cmd_check_storage, cmd_purge_uploads,
	cmd_prepare, cmd_routes, cmd_version, cmd_garbage_collect, cmd_database, cmd_user, cmd_project, cmd_member,
	cmd_token, cmd_key, cmd_site;

/* "berth: " or "registry: ", the message and a line's end, on stderr. */
void command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says on stderr how the command is called; returns COMMAND_USAGE. */
int command_usage(const struct command *command);

/*
 * Reads the configuration with the environment on top and prints what the report holds on stderr; children do not repeat
 * the warnings. False when it is not to be used: the command ends with COMMAND_CONFIG.
 */
bool command_config(const struct config **out, struct arena *arena, const char *path);

/* The name that the program was called by: "berth" or "registry". */
extern const char *command_program;

#endif
