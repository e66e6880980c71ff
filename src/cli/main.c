/* SPDX-License-Identifier: MIT */
/* The `berth` command, also installed as `registry`: finds the command in the table and runs it. */
#include <stdio.h>
#include <string.h>

#include "command_priv.h"

#define COMMAND_MEMORY ((size_t)256 << 20)

static const struct command *const commands[] = {
	&cmd_serve,   &cmd_check_config, &cmd_check_storage, &cmd_render,          &cmd_migrate,  &cmd_purge_uploads,
	&cmd_prepare, &cmd_user,         &cmd_project,       &cmd_member,          &cmd_token,    &cmd_key,
	&cmd_site,    &cmd_routes,       &cmd_version,       &cmd_garbage_collect, &cmd_database,
};

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static void print_overview(FILE *out)
{
	fprintf(out, "usage: %s COMMAND [arguments]\n\n", command_program);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n`help COMMAND` or `COMMAND --help` prints the options of a command.\n"
	      "Exit status: 0 done, 1 failure, 2 wrong usage, 3 wrong configuration.\n",
	      out);
}

static int command_help(const char *topic)
{
	const struct command *command = topic ? command_find(topic) : NULL;

	if (topic && !command) {
		command_complain("there is no command \"%s\"; `%s help` lists them", topic, command_program);
		return COMMAND_USAGE;
	}
	if (command)
		fputs(command->help, stdout);
	else
		print_overview(stdout);
	return COMMAND_OK;
}

/* Turns the usual options for version and help into commands, as distribution does. */
static const char *command_canonical(const char *word)
{
	static const char *const aliases[][2] = {
		{"--version", "version"}, {"-v", "version"}, {"--help", "help"}, {"-h", "help"}};

	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(word, aliases[i][0]) == 0)
			return aliases[i][1];
	return word;
}

static int command_start(const struct command *command, int argc, char **argv)
{
	struct arena arena;
	int status;

	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return command_help(command->name);
	arena_init(&arena, COMMAND_MEMORY);
	status = command->run(argc, argv, &arena);
	arena_release(&arena);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		command_complain("cannot write to stdout: the output is incomplete");
		return COMMAND_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const struct command *command;
	const char *word;

	if (argc > 0 && strcmp(slash ? slash + 1 : argv[0], "registry") == 0)
		command_program = "registry";
	if (argc < 2) {
		print_overview(stderr);
		return COMMAND_USAGE;
	}
	word = command_canonical(argv[1]);
	if (strcmp(word, "help") == 0)
		return command_help(argc > 2 ? argv[2] : NULL);
	command = command_find(word);
	if (!command) {
		command_complain("there is no command \"%s\"; `%s help` lists them", argv[1], command_program);
		return COMMAND_USAGE;
	}
	return command_start(command, argc - 1, argv + 1);
}
