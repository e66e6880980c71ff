/* SPDX-License-Identifier: MIT */
/* One load of a configuration: what its steps share, and how they report errors. */
#ifndef BERTH_CONFIG_LOAD_PRIV_H
#define BERTH_CONFIG_LOAD_PRIV_H

#include <stdbool.h>

#include "berth/config/config.h"
#include "settings_priv.h"

struct load {
	struct config *config;
	struct config_where *origins; /* config->origins, while they can be written */
	struct arena *arena;
	struct config_report *report;
	const char *name; /* of the file */
};

/* Returns where the member of a row is in struct config. The row must have one. */
static inline void *load_member(const struct load *load, const struct setting *row)
{
	return (char *)load->config + row->offset;
}

/* Returns whether the file or the environment has set `key`, a path of settings.def. */
bool load_given(const struct load *load, const char *key);

/* Returns where `key` was set; the file as a whole when it was not. */
struct config_where load_where(const struct load *load, const char *key);

/* Adds an error about `key` to the report: where the key was set, else about the file as a whole. */
void load_error(struct load *load, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds a warning in the same way. */
void load_warn(struct load *load, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
