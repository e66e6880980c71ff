/* SPDX-License-Identifier: MIT */
/* Collects and prints the messages about a configuration. */
#include "berth/config/report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN "BERTH_WARNINGS_SHOWN" /* in the environment of children */

void config_report_init(struct config_report *report, struct arena *arena)
{
	*report = (struct config_report){
		.arena = arena,
		.items = arena_array(arena, CONFIG_REPORT_MAX, sizeof *report->items),
	};
}

static void count(struct config_report *report, enum config_severity severity)
{
	switch (severity) {
	case CONFIG_ERROR: report->errors++; break;
	case CONFIG_WARNING: report->warnings++; break;
	case CONFIG_UNKNOWN: report->unknown++; break;
	}
}

void config_report_add(struct config_report *report, enum config_severity severity, struct config_where where,
		       const char *key, const char *format, ...)
{
	va_list args;

	count(report, severity);
	if (config_report_full(report))
		return;
	va_start(args, format);
	report->items[report->count++] = (struct config_message){
		.severity = severity,
		.where = where,
		.key = arena_strdup(report->arena, key),
		.reason = arena_vprintf(report->arena, format, args),
	};
	va_end(args);
}

const char *config_message_text(const struct config_message *message, struct arena *arena)
{
	const char *severity = message->severity == CONFIG_ERROR ? "" : "warning: ";
	const char *source = message->where.source ? message->where.source : "configuration";
	const char *key = message->key, *colon = key[0] ? ": " : "";

	if (message->where.line == 0)
		return arena_printf(arena, "%s%s: %s%s%s", severity, source, key, colon, message->reason);
	return arena_printf(arena, "%s%s:%u: %s%s%s", severity, source, message->where.line, key, colon, message->reason);
}

/* Returns FNV-1a over the warnings. */
static const char *fingerprint(const struct config_report *report)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < report->count; i++) {
		const char *text = config_message_text(&report->items[i], report->arena);

		for (; report->items[i].severity != CONFIG_ERROR && *text; text++)
			sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	}
	return arena_printf(report->arena, "%016" PRIx64, sum);
}

void config_report_print(const struct config_report *report, FILE *out)
{
	size_t total = report->errors + report->warnings + report->unknown;
	const char *shown = getenv(SHOWN);
	bool repeated = shown && strcmp(shown, fingerprint(report)) == 0;

	for (size_t i = 0; i < report->count; i++)
		if (!repeated || report->items[i].severity == CONFIG_ERROR)
			fprintf(out, "%s\n", config_message_text(&report->items[i], report->arena));
	if (total > report->count && !repeated)
		fprintf(out, "and %zu more\n", total - report->count);
}

void config_report_shown(const struct config_report *report)
{
	(void)setenv(SHOWN, fingerprint(report), 1);
}
