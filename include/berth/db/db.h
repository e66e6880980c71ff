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

/*
 * The error is set with DB_RETRY and DB_FAILED. What DB_CONSTRAINT and DB_BUSY mean is for the caller to say: it sets the error
 * (meta_ok on the meta floor does).
 */
enum db_outcome {
	DB_OK,
	DB_CONSTRAINT, /* the schema refused; db_constraint() names the constraint */
	DB_RETRY, /* in a transaction: deadlock or serialisation failure; db_transaction forgets the error and runs again */
	DB_BUSY,  /* lock_timeout passed */
	DB_FAILED /* the cause is logged: away (503), full (507), or a fault of the program (500) */
};

/*
 * Makes a connection object for the statements of `table`, without connecting. Settings and table are borrowed for its
 * life. Returns NULL if memory is out.
 */
struct db *db_new(const struct db_settings *settings, const struct db_statement *table, size_t count);

/* Closes the connection. Takes NULL. */
void db_free(struct db *db);

/* Connects now, for start-up checks. Returns false with the reason in db_message(). */
bool db_connect(struct db *db);

/* Returns what the server or libpq said last, borrowed. Never a secret; may be empty. */
const char *db_message(const struct db *db);

/* One parameter; the bytes are borrowed until db_run returns. */
struct db_value {
	const void *ptr; /* NULL is SQL NULL, unless inlined */
	int len;
	bool is_inlined;
	unsigned char inlined[8];
};

/* Return a parameter: SQL NULL, a text (NULL is SQL NULL), a text or bytea of a span, of bytes, a bigint. */
struct db_value db_null(void);
struct db_value db_text(const char *text);
struct db_value db_span(struct span text);
struct db_value db_bytes(const void *bytes, size_t len);
struct db_value db_i64(int64_t value);

/* Return a one-dimensional bytea[] or text[], built in `arena`. */
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

/*
 * Runs one statement of the table, in one round trip; another one prepares it, once for each connection. With DB_OK the
 * rows are in *out, as long as `arena`. Outside a transaction DB_RETRY does not occur: the statement is tried three
 * times.
 */
enum db_outcome db_run(struct db *db, int statement, struct db_values values, struct db_rows *out, struct arena *arena,
		       struct error *error) __attribute__((warn_unused_result));

/*
 * Return a column of a row by position, as an integer or as bytes borrowed from the result; 0 or a NULL ptr for SQL NULL.
 */
int64_t db_column_i64(const struct db_rows *rows, int row, int column);
struct span db_column(const struct db_rows *rows, int row, int column);

/* Returns whether a column is SQL NULL. */
bool db_column_null(const struct db_rows *rows, int row, int column);

/* Returns the name of the constraint behind the last DB_CONSTRAINT, borrowed until the next statement. */
const char *db_constraint(const struct db *db);

/*
 * Runs body(context) between BEGIN and COMMIT, and rolls back if body returns false. After DB_RETRY inside, or db_want_retry, the
 * error is forgotten and the body runs again, three times at most; it must set its results anew each time. Returns true once
 * COMMIT is confirmed, else false with the body's error, or E_UNAVAILABLE after the third time and if the connection was lost.
 * `error` is unset before.
 */
typedef bool db_body_fn(struct db *db, void *context, struct error *error);
bool db_transaction(struct db *db, db_body_fn *body, void *context, struct error *error);

/*
 * Asks db_transaction to run the body again, because what it relied on was removed meanwhile. Sets the error to 503, which is
 * the answer if no run succeeds. Returns false.
 */
bool db_want_retry(struct db *db, struct error *error);

/* Returns whether a transaction is open, also one in which a statement has failed. */
bool db_in_transaction(const struct db *db);

/* Says that a session lock is held: a lost connection is not replaced until the lock is released. */
void db_hold(struct db *db);

/* Says that the lock is released. */
void db_release_hold(struct db *db);

/* Returns whether a session lock is held; false again once the connection is lost. */
bool db_is_held(const struct db *db);

/* Drops the connection if a request has left a transaction open or a lock held. Call after each request. */
void db_tidy(struct db *db);

/*
 * Returns a number that grows when a notification has arrived on the channel, and when the connection was lost, as
 * notifications may have been lost with it. Reads the socket without waiting. What was cached under another number is
 * stale.
 */
uint64_t db_epoch(struct db *db);

/* Returns the round trips made since db_new: for tests and debug logs. */
uint64_t db_round_trips(const struct db *db);

#endif
