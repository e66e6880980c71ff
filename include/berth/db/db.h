/* SPDX-License-Identifier: MIT */
/*
 * The one door to PostgreSQL: statements from a table, parameters apart from the text, binary results.
 *
 * A connection is opened on first use and again after it was lost. A statement outside a transaction that finds the
 * connection dead is tried once more on a new one, unless a session lock was held on the old one.
 *
 *     struct db_rows rows;
 *     if (db_run(db, STMT_TAG_FIND, DB_VALUES(db_text(path), db_text(tag)), &rows, arena, err) != DB_OK)
 *             return false;
 *
 * This folder is the only one that includes libpq-fe.h (tests/meta/banned).
 */
#ifndef BERTH_DB_DB_H
#define BERTH_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/secret.h"
#include "berth/base/span.h"

struct db;

struct db_statement {
	const char *name;
	int arity;
	const char *text;
};

/* Where the database is. Unset strings are NULL or "" and left to libpq's defaults. Times in milliseconds. */
struct db_settings {
	const char *host; /* name, address or socket directory */
	unsigned port;
	const char *user;
	struct secret password;
	const char *dbname;
	const char *sslmode;
	const char *sslcert;
	const char *sslkey;
	const char *sslrootcert;
	unsigned connect_timeout_ms;
	const char *listen; /* channel to LISTEN on, or NULL */
	const char *application;
};

enum db_outcome {
	DB_OK,
	DB_CONSTRAINT, /* the schema refused; db_constraint() names it; the error is left unset */
	DB_RETRY,      /* deadlock or serialisation failure: db_transaction runs the body again; the error is left unset */
	DB_BUSY,       /* lock_timeout passed; the error is left unset */
	DB_FAILED      /* the error is set and the cause logged: away (503), full (507), or a bug (500) */
};

/*
 * A connection that uses the statements of `table`. Settings and table are borrowed for its life. Does not connect.
 * NULL when memory is out. db_free closes; NULL is fine.
 */
struct db *db_new(const struct db_settings *settings, const struct db_statement *table, size_t count);
void db_free(struct db *db);

/* Connects now: for start-up checks. On failure the reason is in db_message(). */
bool db_connect(struct db *db);

/* What the server or libpq said last. Never a secret, may be empty. */
const char *db_message(const struct db *db);

/* One parameter; the bytes are borrowed until db_run returns. */
struct db_value {
	const void *ptr; /* NULL is SQL NULL, unless inlined */
	int len;
	bool is_inlined;
	unsigned char inlined[8];
};

struct db_value db_null(void);
struct db_value db_text(const char *text); /* NULL is SQL NULL */
struct db_value db_span(struct span text);
struct db_value db_bytes(const void *bytes, size_t len);
struct db_value db_i64(int64_t value);

/* A one-dimensional bytea[] or text[], built in `arena`. */
struct db_value db_bytes_array(struct arena *arena, const struct span *items, size_t count);
struct db_value db_text_array(struct arena *arena, const struct span *items, size_t count);

struct db_values {
	const struct db_value *items;
	int count;
};

#define DB_VALUES(...)                                              \
	((struct db_values){(const struct db_value[]){__VA_ARGS__}, \
			    (int)(sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value))})
#define DB_NO_VALUES ((struct db_values){NULL, 0})

/* A result; its memory goes with the arena that db_run was given. */
struct db_rows {
	void *result;
	int count;
};

/* Runs one statement of the table in one round trip (a second one prepares it, once per connection). */
enum db_outcome db_run(struct db *db, int statement, struct db_values values, struct db_rows *out, struct arena *arena,
		       struct error *error) __attribute__((warn_unused_result));

/* Columns by position. The spans are borrowed from the result. A NULL column is 0, or an empty span with ptr NULL. */
int64_t db_column_i64(const struct db_rows *rows, int row, int column);
struct span db_column(const struct db_rows *rows, int row, int column);
bool db_column_null(const struct db_rows *rows, int row, int column);

/* Name of the constraint behind the last DB_CONSTRAINT. */
const char *db_constraint(const struct db *db);

/*
 * Runs body(context) between BEGIN and COMMIT. When body returns false the transaction is rolled back. DB_RETRY inside
 * (or db_want_retry) rolls back and runs the body again, three times at most, then answers 503; the body must set its
 * results anew each time. Returns true only after COMMIT was confirmed.
 */
typedef bool db_body_fn(struct db *db, void *context, struct error *error);
bool db_transaction(struct db *db, db_body_fn *body, void *context, struct error *error);

/* Asks db_transaction to run the body again: what it relied on was removed meanwhile. Returns false. */
bool db_want_retry(struct db *db);

/* Whether a transaction is open, also one in which a statement has failed. */
bool db_in_transaction(const struct db *db);

/* Tells the connection that a session lock is held: it is not to be replaced silently until released. */
void db_hold(struct db *db);
void db_release_hold(struct db *db);

/* Whether a session lock is held: false again once the connection is lost. */
bool db_is_held(const struct db *db);

/* Ends what a request left behind: an open transaction or a held lock costs the connection. Call after each request. */
void db_tidy(struct db *db);

/*
 * A number that grows whenever a notification arrived on the channel or the connection (and with it any notification
 * meanwhile) was lost. Reads the socket without waiting. What was cached under another number is stale.
 */
uint64_t db_epoch(struct db *db);

/* Round trips made since the connection object was made: for tests and debug logs. */
uint64_t db_round_trips(const struct db *db);

#endif
