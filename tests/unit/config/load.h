/* SPDX-License-Identifier: MIT */
/* A load of a text, with its memory and its report, for the tests of this floor. */
#ifndef BERTH_TESTS_UNIT_CONFIG_LOAD_H
#define BERTH_TESTS_UNIT_CONFIG_LOAD_H

#include <stdio.h>
#include <string.h>

#include "../../lib/table.h"
#include "../../lib/test.h"
#include "berth/base/limits.h"
#include "berth/base/strbuf.h"
#include "berth/config/config.h"
#include "berth/config/print.h"

#define LOAD_MEMORY ((size_t)256 << 20)
#define LOAD_VARIABLES 8

struct loaded {
	struct arena arena;
	struct config_report report;
	struct config *config; /* NULL when the load failed */
};

static inline void load_text(struct loaded *loaded, struct span text, char **environment)
{
	struct config *config;

	arena_init(&loaded->arena, LOAD_MEMORY);
	config_report_init(&loaded->report, &loaded->arena);
	loaded->config = NULL;
	if (config_load_bytes(&config, &loaded->arena, "f", text, environment, &loaded->report))
		loaded->config = config;
	ck_assert(config_report_ok(&loaded->report) == (loaded->config != NULL));
}

/* A text behind the version line, where the first line of it is the second of the file. */
static inline void load_rest(struct loaded *loaded, const char *before, struct span rest, char **environment)
{
	char text[4096];

	ck_assert_uint_lt((size_t)snprintf(text, sizeof text, "version: 0.1\n%s%.*s", before, SPAN_ARG(rest)), sizeof text);
	load_text(loaded, span_of(text), environment);
}

static inline void unload(struct loaded *loaded)
{
	arena_release(&loaded->arena);
}

/* The messages that are errors, or those that are not but for the one about open access, joined by " | ". */
static inline const char *messages(struct loaded *loaded, bool errors)
{
	struct strbuf text;

	strbuf_init(&text, &loaded->arena, LIMIT_CONFIG_FILE);
	for (size_t i = 0; i < loaded->report.count; i++) {
		const struct config_message *message = &loaded->report.items[i];
		const char *line = config_message_text(message, &loaded->arena);

		if ((message->severity == CONFIG_ERROR) != errors || (!errors && strcmp(message->key, "auth") == 0))
			continue;
		strbuf_addf(&text, "%s%s", text.len ? " | " : "", errors ? line : line + strlen("warning: "));
	}
	return text.ptr;
}

/* A setting in force, as it is printed. */
static inline const char *value_of(struct loaded *loaded, const char *key)
{
	struct strbuf text;

	strbuf_init(&text, &loaded->arena, LIMIT_CONFIG_FILE);
	ck_assert_msg(config_write_value(&text, loaded->config, key), "%s has no value", key);
	return text.ptr;
}

#endif
