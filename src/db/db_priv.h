/* SPDX-License-Identifier: MIT */
/* What the files of the db floor share: the connection itself. */
#ifndef BERTH_DB_PRIV_H
#define BERTH_DB_PRIV_H

#include <libpq-fe.h>

#include "berth/db/db.h"

struct db {
	const struct db_settings *settings;
	const struct db_statement *table;
	size_t count;
	bool *prepared; /* for each statement: whether it is prepared on this connection */
	PGconn *conn;   /* NULL while not connected */
	bool held;      /* a session lock is held */
	bool retry_wanted;
	uint64_t epoch;
	uint64_t round_trips;
	int64_t next_attempt_ms; /* no attempt to connect before this moment (clock_ms) */
	char message[512];
	char constraint[64];
};

/* Closes the connection; the next statement opens a new one. */
void db_drop(struct db *db);

/* Connects unless there is a connection. Returns false with E_UNAVAILABLE. */
bool db_ensure(struct db *db, struct error *error);

/*
 * Waits for the last result of a query that was sent; `sent` is what PQsendQuery or the like returned. Returns NULL if
 * the query was not sent or libpq is out of memory, which drops the connection. The caller clears the result.
 */
PGresult *db_await(struct db *db, int sent);

/* Sends a command without parameters and waits for its last result, as db_await does. */
PGresult *db_exec(struct db *db, const char *command);

/*
 * Maps a failed result (NULL: none) of the statement `what` to an outcome. For DB_FAILED the cause is logged and the
 * error set; the connection is dropped if it is lost.
 */
enum db_outcome db_judge(struct db *db, const PGresult *result, const char *what, struct error *error);

/* Runs a command without parameters, such as BEGIN. `constant` is a constant of this floor. */
enum db_outcome db_command(struct db *db, const char *constant, struct error *error);

#endif
