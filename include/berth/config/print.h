/* SPDX-License-Identifier: MIT */
/* The settings for people to read: what is in force, and what there is. Both follow src/config/settings.def. */
#ifndef BERTH_CONFIG_PRINT_H
#define BERTH_CONFIG_PRINT_H

#include "berth/base/strbuf.h"
#include "berth/config/config.h"

/*
 * Every setting in force as a configuration file that loads to the same configuration, but for secrets, which are
 * printed as ***. A comment behind a value says where it was given.
 */
void config_write_settings(struct strbuf *out, const struct config *config);

/* One setting in force, written as there; false for a key that has no place in struct config. */
bool config_write_value(struct strbuf *out, const struct config *config, const char *key);

/* Every known key, one a line: key, type, default, help, and what becomes of it where nothing is built yet. */
void config_write_reference(struct strbuf *out);

#endif
