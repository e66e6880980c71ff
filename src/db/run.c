/* SPDX-License-Identifier: MIT */
/* Running statements and transactions. */
#include "db_priv.h"

#include <assert.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/log.h"

#define ARITY_MAX 16
#define TRANSACTION_TRIES 3
#define PAUSE_MS 20

static void clear_result(void *result)
{
	PQclear(result);
}

static bool succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

static bool lost(const struct db *db)
{
	return PQstatus(db->conn) != CONNECTION_OK;
}

/*
 * Only a statement outside of transactions and locks may be repeated on a new connection. Ask before the statement runs.
 */
static bool stands_alone(const struct db *db)
{
	return PQtransactionStatus(db->conn) == PQTRANS_IDLE && !db->held;
}

static PGresult *statement_prepare(struct db *db, int statement)
{
	const struct db_statement *entry = &db->table[statement];

	db->round_trips++;
	return db_await(db, PQsendPrepare(db->conn, entry->name, entry->text, entry->arity, NULL));
}

static PGresult *statement_execute(struct db *db, int statement, struct db_values values)
{
	const char *pointers[ARITY_MAX];
	int lengths[ARITY_MAX], formats[ARITY_MAX];

	for (int i = 0; i < values.count; i++) {
		const struct db_value *value = &values.items[i];

		pointers[i] = value->is_inlined ? (const char *)value->inlined : value->ptr;
		lengths[i] = value->len;
		formats[i] = 1;
	}
	db->round_trips++;
	return db_await(db, PQsendQueryPrepared(db->conn, db->table[statement].name, values.count, pointers, lengths,
						formats, 1));
}

static PGresult *statement_attempt(struct db *db, int statement, struct db_values values)
{
	PGresult *result;

	if (!db->prepared[statement]) {
		result = statement_prepare(db, statement);
		if (!succeeded(result))
			return result;
		PQclear(result);
		db->prepared[statement] = true;
	}
	return statement_execute(db, statement, values);
}

/* Runs the statement once. If the connection had died while it was idle, the statement runs on a new one. */
static PGresult *run_once(struct db *db, int statement, struct db_values values, struct error *error)
{
	PGresult *result;
	bool alone;

	if (!db_ensure(db, error))
		return NULL;
	alone = stands_alone(db);
	result = statement_attempt(db, statement, values);
	if (succeeded(result) || !lost(db) || !alone)
		return result;
	PQclear(result);
	db_drop(db);
	return db_ensure(db, error) ? statement_attempt(db, statement, values) : NULL;
}

/*
 * Waits before another try, so that the transaction that waits for our row gets it first. Without the pause we would take
 * the row again before that server process is awake, and both would meet in the next deadlock.
 */
static void pause_before_try(int tries)
{
	const struct timespec pause = {.tv_nsec = (PAUSE_MS * tries + (long)(getpid() % PAUSE_MS)) * 1000000};

	if (tries > 0)
		(void)nanosleep(&pause, NULL);
}

bool db_in_transaction(const struct db *db)
{
	return db->conn && PQtransactionStatus(db->conn) != PQTRANS_IDLE;
}

enum db_outcome db_run(struct db *db, int statement, struct db_values values, struct db_rows *out, struct arena *arena,
		       struct error *error)
{
	enum db_outcome outcome = DB_RETRY;

	assert(values.count == db->table[statement].arity && values.count <= ARITY_MAX);
	for (int i = 0; outcome == DB_RETRY && i < TRANSACTION_TRIES; i++) {
		PGresult *result;

		pause_before_try(i);
		result = run_once(db, statement, values, error);
		if (!result)
			return DB_FAILED;
		if (succeeded(result)) {
			arena_defer(arena, clear_result, result);
			*out = (struct db_rows){result, PQntuples(result)};
			return DB_OK;
		}
		outcome = db_judge(db, result, db->table[statement].name, error);
		PQclear(result);
		if (db_in_transaction(db))
			break; /* the whole transaction must be tried again */
	}
	if (outcome == DB_RETRY) {
		(void)db_want_retry(db, error);
		return db_in_transaction(db) ? DB_RETRY : DB_FAILED;
	}
	return outcome;
}

enum db_outcome db_command(struct db *db, const char *constant, struct error *error)
{
	PGresult *result;
	enum db_outcome outcome = DB_OK;

	if (!db_ensure(db, error))
		return DB_FAILED;
	db->round_trips++;
	result = db_exec(db, constant);
	if (!succeeded(result)) {
		outcome = db_judge(db, result, constant, error);
		(void)error_set(error, E_UNKNOWN);
	}
	PQclear(result);
	return outcome;
}

/*
 * After a restart of the server the first BEGIN meets a dead socket. Nothing has happened yet, so BEGIN runs on a new
 * one.
 */
static bool transaction_begin(struct db *db, struct error *error)
{
	PGresult *result;
	bool ok, alone;

	if (!db_ensure(db, error))
		return false;
	alone = stands_alone(db);
	db->round_trips++;
	result = db_exec(db, "BEGIN");
	ok = succeeded(result);
	PQclear(result);
	if (ok)
		return true;
	if (lost(db))
		db_drop(db);
	return db->conn || alone ? db_command(db, "BEGIN", error) == DB_OK : error_unavailable(error, 1);
}

static void transaction_roll_back(struct db *db)
{
	PGresult *result;

	if (!db->conn)
		return;
	db->round_trips++;
	result = db_exec(db, "ROLLBACK");
	if (!succeeded(result))
		db_drop(db);
	PQclear(result);
}

/* A COMMIT after a failed statement succeeds as a command, but rolls back: its tag says so. */
static enum db_outcome transaction_commit(struct db *db, struct error *error)
{
	enum db_outcome outcome = DB_OK;
	PGresult *result;

	if (!db->conn) { /* the transaction is lost, too; on a new connection COMMIT would only warn */
		error_unavailable(error, 1);
		return DB_FAILED;
	}
	db->round_trips++;
	result = db_exec(db, "COMMIT");
	if (!succeeded(result)) {
		outcome = db_judge(db, result, "COMMIT", error);
	} else if (strcmp(PQcmdStatus(result), "COMMIT") != 0) {
		outcome = DB_FAILED;
		log_error("database: rolled back instead of committed: a statement had failed (%s)", db->message);
	}
	PQclear(result);
	if (outcome == DB_RETRY ||
	    outcome == DB_CONSTRAINT) /* a deferred constraint: the row it needs was removed meanwhile */
		(void)db_want_retry(db, error);
	else if (outcome == DB_BUSY)
		(void)error_busy(error, 1, NULL);
	else if (outcome != DB_OK)
		(void)error_set(error, E_UNKNOWN);
	return outcome;
}

bool db_want_retry(struct db *db, struct error *error)
{
	db->retry_wanted = true;
	return error_unavailable(error, 1);
}

bool db_transaction(struct db *db, db_body_fn *body, void *context, struct error *error)
{
	for (int i = 0; i < TRANSACTION_TRIES; i++) {
		pause_before_try(i);
		if (i > 0)
			error_init(error, error->arena);
		db->retry_wanted = false;
		if (!transaction_begin(db, error))
			return false;
		if (!body(db, context, error))
			transaction_roll_back(db);
		else if (transaction_commit(db, error) == DB_OK)
			return true;
		if (!db->retry_wanted)
			return error_set(error, E_UNKNOWN);
	}
	log_warn("database: transaction given up after %d tries", TRANSACTION_TRIES);
	return error_unavailable(error, 1);
}
