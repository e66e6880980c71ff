/* SPDX-License-Identifier: MIT */
/* Numbered migrations. Only here PQexec runs several statements at once: the scripts are constants of the program. */
#include "berth/db/migrate.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/digest.h"
#include "db_priv.h"

/* The advisory lock of all nodes that migrate: an arbitrary constant. */
#define LOCK_TAKE "SELECT pg_advisory_lock(7300451902210)"
#define LOCK_LEAVE "SELECT pg_advisory_unlock(7300451902210)"

static const char bookkeeping[] = "CREATE TABLE IF NOT EXISTS schema_migration ("
				  " version integer PRIMARY KEY, name text NOT NULL, hash text NOT NULL,"
				  " applied_at timestamptz NOT NULL DEFAULT now())";

static void say(struct db *db, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct db *db, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(db->message, sizeof db->message, format, args);
	va_end(args);
}

/* Keeps the reason when the command failed. */
static bool succeeded(struct db *db, const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	bool ok = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;

	db->round_trips++;
	if (!ok)
		say(db, "%s", message ? message : PQerrorMessage(db->conn));
	return ok;
}

static bool plain(struct db *db, const char *script)
{
	PGresult *result = PQexec(db->conn, script);
	bool ok = succeeded(db, result);

	PQclear(result);
	return ok;
}

bool db_migrate_version(struct db *db, int *out)
{
	PGresult *result;
	bool ok;

	if (!db_connect(db))
		return false;
	result = PQexec(db->conn, "SELECT CASE WHEN to_regclass('schema_migration') IS NULL THEN 0 ELSE 1 END");
	ok = succeeded(db, result);
	*out = ok ? (int)strtol(PQgetvalue(result, 0, 0), NULL, 10) : 0;
	PQclear(result);
	if (!ok || *out == 0)
		return ok;
	result = PQexec(db->conn, "SELECT coalesce(max(version), 0) FROM schema_migration");
	ok = succeeded(db, result);
	if (ok)
		*out = (int)strtol(PQgetvalue(result, 0, 0), NULL, 10);
	PQclear(result);
	return ok;
}

static void hash_of(const struct db_migration *migration, char text[static DIGEST_TEXT_MAX])
{
	struct digest digest;

	digest_of(&digest, DIGEST_SHA256, migration->text, strlen(migration->text));
	digest_text(&digest, text);
}

/* Reads the recorded hash of a version, "" if the version is not applied. */
static bool recorded_hash(struct db *db, int version, char *out, size_t size)
{
	char number[16];
	const char *values[] = {number};
	PGresult *result;
	bool ok;

	(void)snprintf(number, sizeof number, "%d", version);
	result = PQexecParams(db->conn, "SELECT hash FROM schema_migration WHERE version = $1::integer", 1, NULL, values,
			      NULL, NULL, 0);
	ok = succeeded(db, result);
	(void)snprintf(out, size, "%s", ok && PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
	PQclear(result);
	return ok;
}

static bool record(struct db *db, const struct db_migration *migration, const char *hash)
{
	char number[16];
	const char *values[] = {number, migration->name, hash};
	PGresult *result;
	bool ok;

	(void)snprintf(number, sizeof number, "%d", migration->version);
	result = PQexecParams(db->conn, "INSERT INTO schema_migration (version, name, hash) VALUES ($1::integer, $2, $3)",
			      3, NULL, values, NULL, NULL, 0);
	ok = succeeded(db, result);
	PQclear(result);
	return ok;
}

static bool apply(struct db *db, const struct db_migration *migration, const char *hash)
{
	if (!plain(db, "BEGIN"))
		return false;
	if (plain(db, migration->text) && record(db, migration, hash))
		return plain(db, "COMMIT");
	char reason[sizeof db->message];

	memcpy(reason, db->message, sizeof reason);
	(void)plain(db, "ROLLBACK");
	say(db, "migration %s: %.400s", migration->name, reason);
	return false;
}

static bool apply_missing(struct db *db, const struct db_migration *list, size_t count, db_migrated_fn *told, void *context)
{
	for (size_t i = 0; i < count; i++) {
		char ours[DIGEST_TEXT_MAX], theirs[DIGEST_TEXT_MAX];

		hash_of(&list[i], ours);
		if (!recorded_hash(db, list[i].version, theirs, sizeof theirs))
			return false;
		if (strcmp(ours, theirs) == 0)
			continue;
		if (*theirs) {
			say(db, "migration %s was applied with another text than this program's", list[i].name);
			return false;
		}
		if (!apply(db, &list[i], ours))
			return false;
		if (told)
			told(context, &list[i]);
	}
	return true;
}

static bool run_after(struct db *db, const struct db_migration *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char reason[sizeof db->message];

		if (!list[i].after || plain(db, list[i].after))
			continue;
		memcpy(reason, db->message, sizeof reason);
		say(db, "after migration %s: %.400s", list[i].name, reason);
		return false;
	}
	return true;
}

bool db_migrate_up(struct db *db, const struct db_migration *list, size_t count, db_migrated_fn *told, void *context)
{
	int version = 0;
	bool ok;

	/* another node's migrations may take longer than a statement of a request may */
	if (!db_connect(db) || !plain(db, "SET statement_timeout = 0; SET lock_timeout = 0") || !plain(db, LOCK_TAKE))
		return false;
	ok = plain(db, bookkeeping) && db_migrate_version(db, &version);
	if (ok && version > (int)count) {
		say(db, "the database has schema version %d, newer than this program's %d", version, (int)count);
		ok = false;
	}
	ok = ok && apply_missing(db, list, count, told, context) && run_after(db, list, count);
	if (ok)
		ok = plain(db, LOCK_LEAVE);
	else
		db_drop(db); /* which releases the lock; the message stays */
	return ok;
}
