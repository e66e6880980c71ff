/* SPDX-License-Identifier: MIT */
/* What the commands have in common: messages, the configuration, numbers of workers. */
#include "command_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "berth/base/limits.h"
#include "berth/base/span.h"

const char *command_program = "berth";

void command_complain(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", command_program);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int command_usage(const struct command *command)
{
	fprintf(stderr, "%s\nSee `%s help %s`.\n", command->help, command_program, command->name);
	return COMMAND_USAGE;
}

bool command_config(const struct config **out, struct arena *arena, const char *path)
{
	struct config_report report;
	struct config *config;
	bool good;

	config_report_init(&report, arena);
	good = config_load(&config, arena, path, environ, &report);
	config_report_print(&report, stderr);
	config_report_shown(&report);
	if (good)
		*out = config;
	return good;
}

bool command_workers(unsigned *out, const char *text)
{
	uint64_t value;

	if (!span_to_u64(span_of(text), &value) || value < 1 || value > LIMIT_WORKERS)
		return false;
	*out = (unsigned)value;
	return true;
}
