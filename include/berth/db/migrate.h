/* SPDX-License-Identifier: MIT */
/*
 * Numbered, forward migrations: each in one transaction, all under one advisory lock, so that many nodes may start at
 * once. Applied versions are kept in the table schema_migration with the hash of their text.
 */
#ifndef BERTH_DB_MIGRATE_H
#define BERTH_DB_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/db/db.h"

struct db_migration {
	int version; /* 1, 2, 3 ... without gaps */
	const char *name;
	const char *text;
	const char *after; /* NULL, or a statement that fills in what `text` made room for; see db_migrate_up */
};

/* Called for each migration right after it was committed. */
typedef void db_migrated_fn(void *context, const struct db_migration *migration);

/*
 * Applies the migrations that are missing, and calls `told` for each unless it is NULL. Then runs the `after` of every
 * migration of the list, outside of a transaction, so that it may commit in batches. `after` runs again with each call: it
 * has to know what is left to do.
 *
 * Returns false if a migration or an `after` failed (db_message() says why; the migrations before it stay applied), if the
 * database has a version newer than ours, or if the text of an applied migration differs from ours.
 */
bool db_migrate_up(struct db *db, const struct db_migration *list, size_t count, db_migrated_fn *told, void *context);

/* Reads the highest version applied, 0 for an empty database. Returns false if the database could not be asked. */
bool db_migrate_version(struct db *db, int *out);

#endif
