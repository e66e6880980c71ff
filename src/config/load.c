/* SPDX-License-Identifier: MIT */
/* What the steps of one load share. */
#include "load_priv.h"

struct config_where load_where(const struct load *load, const char *key)
{
	struct config_where where = load->origins[setting_index(settings_find(key))];

	return where.source ? where : (struct config_where){load->name, 0};
}

bool load_given(const struct load *load, const char *key)
{
	return load->origins[setting_index(settings_find(key))].source != NULL;
}

void load_error(struct load *load, const char *key, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	config_report_add(load->report, CONFIG_ERROR, load_where(load, key), key, "%s",
			  arena_vprintf(load->arena, format, args));
	va_end(args);
}

void load_warn(struct load *load, const char *key, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	config_report_add(load->report, CONFIG_WARNING, load_where(load, key), key, "%s",
			  arena_vprintf(load->arena, format, args));
	va_end(args);
}
