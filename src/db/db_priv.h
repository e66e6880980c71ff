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
	bool *prepared; /* per statement, on this connection */
	PGconn *conn;   /* NULL while not connected */
	bool held;      /* a session lock is held */
	bool retry_wanted;
	uint64_t epoch;
	uint64_t round_trips;
	int64_t next_attempt_ms; /* no new connection before this, CLOCK_MONOTONIC */
	char message[512];
	char constraint[64];
};

/* Closes the connection; the next statement opens a new one. */
void db_drop(struct db *db);

/* Connected, or the error is 503. */
bool db_ensure(struct db *db, struct error *error);

/* The last result of what was sent (PQsendQuery and the like returned `sent`); NULL when there is none to be had. */
PGresult *db_await(struct db *db, int sent);

/* The same of a command without parameters. */
PGresult *db_exec(struct db *db, const char *command);

/* Maps a failed result to an outcome, logs what is nobody's business but ours, and sets the error for DB_FAILED. */
enum db_outcome db_judge(struct db *db, const PGresult *result, const char *what, struct error *error);

/* A command without parameters, from a constant of this floor: BEGIN, COMMIT, LISTEN. */
enum db_outcome db_command(struct db *db, const char *constant, struct error *error);

#endif
