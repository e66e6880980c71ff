/* SPDX-License-Identifier: MIT */
/* What a failed statement means: SQLSTATE to outcome, in one table. */
#include "db_priv.h"

#include <string.h>

#include "berth/base/log.h"

#define RETRY_AFTER_S 5

enum verdict { VERDICT_CONSTRAINT, VERDICT_RETRY, VERDICT_BUSY, VERDICT_AWAY, VERDICT_FULL, VERDICT_BUG };

/* PostgreSQL manual, appendix A. Of two prefixes that match, the longer stands first. */
static const struct {
	const char *prefix;
	enum verdict verdict;
} verdicts[] = {
	{"23", VERDICT_CONSTRAINT}, /* integrity_constraint_violation */
	{"40001", VERDICT_RETRY},   /* serialization_failure */
	{"40P01", VERDICT_RETRY},   /* deadlock_detected */
	{"55P03", VERDICT_BUSY},    /* lock_not_available */
	{"53100", VERDICT_FULL},    /* disk_full */
	{"08", VERDICT_AWAY},       /* connection_exception */
	{"53", VERDICT_AWAY},       /* insufficient_resources: too many connections, out of memory */
	{"57", VERDICT_AWAY},       /* operator_intervention: shutdown, statement timeout */
	{"58", VERDICT_AWAY},       /* system_error: I/O, undefined file */
	{"25006", VERDICT_AWAY},    /* read_only_sql_transaction: this is a standby now */
	{"XX", VERDICT_AWAY},       /* internal_error, data_corrupted */
	{"28", VERDICT_AWAY},       /* invalid_authorization: credentials are being rotated */
};

static enum verdict verdict_of(const struct db *db, const char *state)
{
	for (size_t i = 0; state && i < sizeof verdicts / sizeof *verdicts; i++)
		if (strncmp(state, verdicts[i].prefix, strlen(verdicts[i].prefix)) == 0)
			return verdicts[i].verdict;
	/* a failure of libpq itself has no SQLSTATE: the connection is lost */
	return !state || PQstatus(db->conn) != CONNECTION_OK ? VERDICT_AWAY : VERDICT_BUG;
}

static void keep_constraint(struct db *db, const PGresult *result)
{
	const char *name = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	(void)snprintf(db->constraint, sizeof db->constraint, "%s", name ? name : "");
}

enum db_outcome db_judge(struct db *db, const PGresult *result, const char *what, struct error *error)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	enum verdict verdict = verdict_of(db, state);

	(void)snprintf(db->message, sizeof db->message, "%s", message ? message : PQerrorMessage(db->conn));
	switch (verdict) {
	case VERDICT_CONSTRAINT: keep_constraint(db, result); return DB_CONSTRAINT;
	case VERDICT_RETRY: return DB_RETRY;
	case VERDICT_BUSY: return DB_BUSY;
	case VERDICT_AWAY:
	case VERDICT_FULL:
	case VERDICT_BUG: break;
	}
	log_error("database: %s: %s (%s)", what, db->message, state ? state : "connection lost");
	if (!state || PQstatus(db->conn) != CONNECTION_OK) /* if libpq is out of memory, the server's state is unknown */
		db_drop(db);
	if (verdict == VERDICT_AWAY)
		error_unavailable(error, RETRY_AFTER_S);
	else
		error_set(error, verdict == VERDICT_FULL ? E_STORAGE_FULL : E_UNKNOWN);
	return DB_FAILED;
}

const char *db_constraint(const struct db *db)
{
	return db->constraint;
}
