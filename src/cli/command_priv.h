/* SPDX-License-Identifier: MIT */
/*
 * The commands of `berth`. Each one is a file cmd_<name>.c with its options, its help and its body. main.c has the table. To add a
 * command: write the file, declare its struct below, and add it to the tables in main.c and local.mk, and to conf/berth.1.
 */
#ifndef BERTH_CLI_COMMAND_PRIV_H
#define BERTH_CLI_COMMAND_PRIV_H

#include "berth/base/arena.h"
#include "berth/config/config.h"

enum command_exit {
	COMMAND_OK = 0,
	COMMAND_FAILED = 1,
	COMMAND_USAGE = 2,  /* the command line is wrong, nothing was done */
	COMMAND_CONFIG = 3, /* the configuration is wrong, nothing was done */
};

/*
 * The body of a command; returns the exit status. argv[0] is the name of the command, and getopt has not been used. `arena` lasts
 * until the command ends; running out of memory aborts the program.
 */
typedef int command_run(int argc, char **argv, struct arena *arena);

struct command {
	const char *name;
	const char *summary; /* one line for `berth help` */
	const char *help;    /* `berth help NAME`: usage, what the command does, options, exit status */
	command_run *run;
};

extern const struct command cmd_serve, cmd_render, cmd_migrate, cmd_check_config, cmd_check_storage, cmd_purge_uploads,
	cmd_prepare, cmd_routes, cmd_version, cmd_garbage_collect, cmd_database, cmd_user, cmd_project, cmd_member,
	cmd_token, cmd_key, cmd_site;

/* The name that this program was called by: "berth" or "registry". */
extern const char *command_program;

/* Prints the name of the program, ": ", the message and a line's end on stderr. */
void command_complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints the command's help on stderr. Returns COMMAND_USAGE. */
int command_usage(const struct command *command);

/*
 * Reads the configuration `path`, with the variables of the environment on top, into `arena`. Prints errors and warnings on stderr,
 * and keeps child processes from printing the warnings again. False when the configuration has errors: the command then returns
 * COMMAND_CONFIG.
 */
bool command_config(const struct config **out, struct arena *arena, const char *path);

/* Reads a number of workers, from 1 to LIMIT_WORKERS. False for any other text. */
bool command_workers(unsigned *out, const char *text);

#endif
