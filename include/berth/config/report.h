/* SPDX-License-Identifier: MIT */
/*
 * All errors and warnings about a configuration, in the order in which they are found.
 *
 * Each message reads `file:line: key: reason`, or `REGISTRY_X_Y: key: reason` when the value came from the
 * environment. A report keeps at most CONFIG_REPORT_MAX messages and counts the rest. Secrets never enter one.
 */
#ifndef BERTH_CONFIG_REPORT_H
#define BERTH_CONFIG_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "berth/base/arena.h"

#define CONFIG_REPORT_MAX 100

enum config_severity {
	CONFIG_ERROR,   /* the registry does not start */
	CONFIG_WARNING, /* the registry starts, but may not behave as the file suggests */
	CONFIG_UNKNOWN  /* a warning about an unknown key of the file; an error with `--strict` */
};

/* Where a value is given: a line of the file, or with line 0 a variable of the environment. */
struct config_where {
	const char *source;
	unsigned line;
};

struct config_message {
	enum config_severity severity;
	struct config_where where;
	const char *key;
	const char *reason;
};

struct config_report {
	struct arena *arena;
	struct config_message *items;
	size_t count;
	size_t errors; /* these counts include messages that were not kept */
	size_t warnings;
	size_t unknown;
};

/* Initializes an empty report. Its messages are allocated in `arena`. */
void config_report_init(struct config_report *report, struct arena *arena);

/* Adds a message about `key`. Copies `key` and the text. */
void config_report_add(struct config_report *report, enum config_severity severity, struct config_where where,
		       const char *key, const char *format, ...) __attribute__((format(printf, 5, 6)));

static inline bool config_report_ok(const struct config_report *report)
{
	return report->errors == 0;
}

/* Returns whether the report keeps no further messages, and only counts them. */
static inline bool config_report_full(const struct config_report *report)
{
	return report->count == CONFIG_REPORT_MAX;
}

/* Returns one message as one line without its end, in `arena`. A message that is no error begins with `warning: `. */
const char *config_message_text(const struct config_message *message, struct arena *arena);

/*
 * Prints all messages, one a line, then how many more there are. Leaves warnings out if a parent process has printed the
 * same ones (config_report_shown). Prints errors always.
 */
void config_report_print(const struct config_report *report, FILE *out);

/* Notes in the environment, for child processes, that the warnings of `report` have been printed. */
void config_report_shown(const struct config_report *report);

#endif
