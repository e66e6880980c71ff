/* SPDX-License-Identifier: MIT */
/* Answers questions about a loaded configuration. */
#include "berth/config/config.h"

#include "settings_priv.h"

struct config_where config_origin(const struct config *config, const char *key)
{
	const struct setting *row = settings_find(key);

	return row ? config->origins[setting_index(row)] : (struct config_where){NULL, 0};
}

bool config_given(const struct config *config, const char *key)
{
	return config_origin(config, key).source != NULL;
}

bool config_database_named(const struct config *config)
{
	const struct config_database *db = &config->database;

	return db->enabled != CONFIG_DATABASE_OFF && (db->host[0] || db->dbname[0]);
}
