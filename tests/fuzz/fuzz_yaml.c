/* SPDX-License-Identifier: MIT */
/*
 * A configuration file; when the input begins with a REGISTRY_ variable, that line is the environment and the rest
 * stands behind a version line. What loads must print to a file that loads and prints alike.
 */
#include <string.h>

#include "../../src/config/settings_priv.h"
#include "berth/config/print.h"
#include "fuzz.h"

#define MEMORY ((size_t)512 << 20)

static const char *values(struct arena *arena, const struct config *config)
{
	struct config_where *origins = arena_array(arena, settings_count, sizeof *origins);
	struct config plain = *config;
	struct strbuf text;

	/* the places differ, the values must not; which of several was picked is told by its place alone */
	for (size_t i = 0; i < settings_count; i++)
		if ((settings[i].traits & PICK) && config->origins[i].source)
			origins[i] = (struct config_where){"picked", 1};
	plain.origins = origins;
	strbuf_init(&text, arena, 8 * LIMIT_CONFIG_FILE);
	config_write_settings(&text, &plain);
	CLAIM(strbuf_ok(&text));
	return text.ptr;
}

static void reload(struct arena *arena, const struct config *config)
{
	const char *first = values(arena, config);
	struct config_report report;
	struct config *again;

	config_report_init(&report, arena);
	CLAIM(config_load_bytes(&again, arena, "again", span_of(first), NULL, &report));
	CLAIM(report.unknown == 0);
	CLAIM(strcmp(first, values(arena, again)) == 0);
}

static void check_report(struct arena *arena, const struct config_report *report)
{
	CLAIM(report->count <= CONFIG_REPORT_MAX);
	for (size_t i = 0; i < report->count; i++)
		CLAIM(!fuzz_has_control(span_of(config_message_text(&report->items[i], arena))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), variable = {"", 0};
	struct config_report report;
	struct config *config;
	struct arena arena;
	char *environment[2] = {NULL, NULL};

	arena_init(&arena, MEMORY);
	config_report_init(&report, &arena);
	if (span_starts(text, "REGISTRY_")) {
		variable = fuzz_line(&text);
		environment[0] = arena_span(&arena, variable);
		text = span_of(arena_printf(&arena, "version: 0.1\n%.*s", SPAN_ARG(text)));
	}
	if (config_load_bytes(&config, &arena, "f", text, environment, &report)) {
		CLAIM(report.errors == 0);
		CLAIM(config->storage.filesystem.rootdirectory[0] == '/');
		reload(&arena, config);
	} else {
		CLAIM(report.errors > 0);
	}
	check_report(&arena, &report);
	arena_release(&arena);
	return 0;
}
