/* SPDX-License-Identifier: MIT */
/* Prints the settings in effect, and the list of all settings, in the order of src/config/settings.def. */
#ifndef BERTH_CONFIG_PRINT_H
#define BERTH_CONFIG_PRINT_H

#include "berth/base/strbuf.h"
#include "berth/config/config.h"

/*
 * Appends every setting in effect as a configuration file that loads to the same configuration, except for secrets, which
 * are ***. A comment behind a value says where it was given.
 */
void config_write_settings(struct strbuf *out, const struct config *config);

/* Appends one setting in effect in the same form. Returns false for a key that has no member in struct config. */
bool config_write_value(struct strbuf *out, const struct config *config, const char *key);

/* Appends every known key, one a line: key, type, default, help, and what happens if the setting is not built yet. */
void config_write_reference(struct strbuf *out);

#endif
