/* SPDX-License-Identifier: MIT */
/* `berth check-config`: what a configuration comes to, and what is wrong with it. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "berth/base/limits.h"
#include "berth/config/print.h"
#include "command_priv.h"

/* No setting prints longer than it was written, but for escapes, and the table's own text is small. */
#define OUTPUT_MAX (8 * LIMIT_CONFIG_FILE)

static int print(const struct strbuf *text)
{
	if (!strbuf_ok(text)) {
		command_complain("the settings are too long to print");
		return COMMAND_FAILED;
	}
	fwrite(text->ptr, 1, text->len, stdout);
	return COMMAND_OK;
}

static int print_reference(struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, OUTPUT_MAX);
	config_write_reference(&text);
	return print(&text);
}

/* A NULL path leaves the choice to the environment. */
static int check(const char *path, bool strict, struct arena *arena)
{
	struct config_report report;
	struct config *config;
	struct strbuf text;
	bool good;

	config_report_init(&report, arena);
	good = config_load(&config, arena, path, environ, &report);
	config_report_print(&report, stderr);
	if (!good)
		return COMMAND_CONFIG;
	strbuf_init(&text, arena, OUTPUT_MAX);
	config_write_settings(&text, config);
	if (print(&text) != COMMAND_OK)
		return COMMAND_FAILED;
	if (strict && report.unknown > 0) {
		command_complain("unknown keys, which --strict does not accept: %zu", report.unknown);
		return COMMAND_CONFIG;
	}
	return COMMAND_OK;
}

static int run(int argc, char **argv, struct arena *arena)
{
	static const struct option options[] = {
		{"strict", no_argument, NULL, 's'}, {"list", no_argument, NULL, 'l'}, {NULL, 0, NULL, 0}};
	bool strict = false, list = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return command_usage(&cmd_check_config);
		strict |= option == 's';
		list |= option == 'l';
	}
	if (argc - optind > (list ? 0 : 1))
		return command_usage(&cmd_check_config);
	return list ? print_reference(arena) : check(argv[optind], strict, arena);
}

const struct command cmd_check_config = {
	.name = "check-config",
	.summary = "check a configuration and print the settings it comes to",
	.help = "usage: berth check-config [--strict] [CONFIG]\n"
		"       berth check-config --list\n"
		"\n"
		"Reads CONFIG, or the file that REGISTRY_CONFIGURATION_PATH names, with the REGISTRY_* variables of the\n"
		"environment on top. Prints every setting in force, secrets as ***, with the place that gave it, and on\n"
		"stderr all errors and warnings, each as file:line: key: reason.\n"
		"\n"
		"  --strict  a key that no setting has is an error\n"
		"  --list    print every known key with its type, default and meaning instead\n"
		"\n"
		"Exit status: 0 good, 1 failure, 2 wrong usage, 3 an error in the configuration.\n",
	.run = run,
};
