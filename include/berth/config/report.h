/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a configuration: everything at once, in the order it was found.
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
	CONFIG_WARNING, /* it starts, and behaves otherwise than the file may suggest */
	CONFIG_UNKNOWN  /* a warning about a key of the file that no setting has; `--strict` makes it fatal */
};

/* Where a value stands: a line of the file, or (line 0) a variable of the environment. */
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
	size_t errors; /* those not kept are counted too */
	size_t warnings;
	size_t unknown;
};

/* An empty report whose messages will live in `arena`. */
void config_report_init(struct config_report *report, struct arena *arena);

void config_report_add(struct config_report *report, enum config_severity severity, struct config_where where,
		       const char *key, const char *format, ...) __attribute__((format(printf, 5, 6)));

static inline bool config_report_ok(const struct config_report *report)
{
	return report->errors == 0;
}

/* No message that is added from now on would be kept. */
static inline bool config_report_full(const struct config_report *report)
{
	return report->count == CONFIG_REPORT_MAX;
}

/* One message as one line without its end; `warning: ` comes before what is no error. In `arena`. */
const char *config_message_text(const struct config_message *message, struct arena *arena);

/*
 * All messages, one a line, then how many more there were. A parent that has printed the same warnings has them left out
 * (config_report_shown); errors are printed always.
 */
void config_report_print(const struct config_report *report, FILE *out);

/* Tells the children of this process, by a variable of the environment, that the warnings of `report` have been printed. */
void config_report_shown(const struct config_report *report);

#endif
