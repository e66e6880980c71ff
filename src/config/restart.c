/* SPDX-License-Identifier: MIT */
/* Finds settings that a reload cannot change. Compares values as they are printed: no such setting is a secret. */
#include <string.h>

#include "berth/base/limits.h"
#include "berth/config/print.h"
#include "settings_priv.h"

static const char *printed(const struct config *config, const struct setting *row, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, LIMIT_CONFIG_FILE);
	config_write_value(&text, config, row->path);
	return text.ptr;
}

const char *config_restart_key(const struct config *old, const struct config *new, struct arena *arena)
{
	for (size_t i = 0; i < settings_count; i++) {
		const struct setting *row = &settings[i];

		if (setting_needs_restart(row) && strcmp(printed(old, row, arena), printed(new, row, arena)) != 0)
			return row->path;
	}
	return NULL;
}
