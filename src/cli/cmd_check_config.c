/* SPDX-License-Identifier: MIT */
/* `berth check-config`: prints the settings in force, and what is wrong with a configuration. */
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "berth/app/password_file.h"
#include "berth/base/limits.h"
#include "berth/config/print.h"
#include "command_priv.h"

/* A setting is printed at its length in the file but for escapes; the names of the settings are short. */
#define OUTPUT_MAX (8 * LIMIT_CONFIG_FILE)

static int check_config_print(const struct strbuf *text)
{
	if (!strbuf_ok(text)) {
		command_complain("check-config: the settings are longer than %zu bytes", (size_t)OUTPUT_MAX);
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
	return check_config_print(&text);
}

/* A NULL path: the file that REGISTRY_CONFIGURATION_PATH names. */
static int check_config(const char *path, bool strict, struct arena *arena)
{
	struct config_report report;
	struct config *config;
	struct strbuf text;
	bool good;

	config_report_init(&report, arena);
	good = config_load(&config, arena, path, environ, &report);
	if (good)
		app_check_password_file(config, &report);
	config_report_print(&report, stderr);
	if (!good || !config_report_ok(&report))
		return COMMAND_CONFIG;
	strbuf_init(&text, arena, OUTPUT_MAX);
	config_write_settings(&text, config);
	if (check_config_print(&text) != COMMAND_OK)
		return COMMAND_FAILED;
	if (strict && report.unknown > 0) {
		command_complain(
			"check-config: the configuration has %zu unknown keys, which --strict refuses; the warnings above name them",
			report.unknown);
		return COMMAND_CONFIG;
	}
	return COMMAND_OK;
}

static int check_config_run(int argc, char **argv, struct arena *arena)
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
	return list ? print_reference(arena) : check_config(argv[optind], strict, arena);
}

const struct command cmd_check_config = {
	.name = "check-config",
	.summary = "check a configuration and print the settings it comes to",
	.help = "usage: berth check-config [--strict] [CONFIG]\n"
		"       berth check-config --list\n"
		"\n"
		"Reads CONFIG, or the file that REGISTRY_CONFIGURATION_PATH names, and the REGISTRY_* variables of the environment, which\n"
		"override it. Prints each setting in force on stdout, with the place that set it; secrets are printed as ***. Prints errors\n"
		"and warnings on stderr, as file:line: key: reason. Reads the password file of auth.htpasswd, too.\n"
		"\n"
		"  --strict  an unknown key is an error\n"
		"  --list    print all known keys instead, each with its type, default and meaning\n"
		"\n"
		"Exit status: 0 the configuration is good, 1 failure, 2 wrong usage, 3 the configuration has an error.\n",
	.run = check_config_run,
};
