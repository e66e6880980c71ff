/* SPDX-License-Identifier: MIT */
/* The migrations of sql/, embedded by sql/embed.sh. */
#ifndef BERTH_META_SCHEMA_H
#define BERTH_META_SCHEMA_H

#include "berth/db/migrate.h"

/* In order; the last one's version is the schema that this program needs. */
extern const struct db_migration meta_migrations[];
extern const size_t meta_migrations_count;

#endif
