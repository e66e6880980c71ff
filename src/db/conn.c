/* SPDX-License-Identifier: MIT */
/* The connection object: connecting on demand, session locks, notifications. */
#include "db_priv.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/clock.h"
#include "berth/base/log.h"

#define RETRY_AFTER_S 5
#define ATTEMPT_PAUSE_MS 200 /* while the database is away, a worker tries once in this time, not for each request */

/*
 * Bounds how long a statement may wait, and pins search_path, so that no other schema can shadow ours. No transaction of
 * ours waits for a client or for storage, so idle_in_transaction_session_timeout ends only transactions that hang.
 */
static const char session_options[] = "-c statement_timeout=60s -c lock_timeout=10s"
				      " -c idle_in_transaction_session_timeout=60s -c client_min_messages=warning"
				      " -c jit=off -c search_path=public,pg_temp";

struct db *db_new(const struct db_settings *settings, const struct db_statement *table, size_t count)
{
	struct db *db = calloc(1, sizeof *db);

	if (!db)
		return NULL;
	db->settings = settings;
	db->table = table;
	db->count = count;
	db->prepared = calloc(count + 1, sizeof *db->prepared);
	if (!db->prepared) {
		free(db);
		return NULL;
	}
	return db;
}

void db_free(struct db *db)
{
	if (!db)
		return;
	db_drop(db);
	free(db->prepared);
	free(db);
}

struct parameters {
	const char *keys[24];
	const char *values[24];
	int count;
};

static void parameter_add(struct parameters *list, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	list->keys[list->count] = key;
	list->values[list->count++] = value;
}

static PGconn *open_connection(const struct db_settings *s)
{
	struct parameters list = {.count = 0};
	char port[16] = "", timeout[16];

	if (s->port)
		(void)snprintf(port, sizeof port, "%u", s->port);
	(void)snprintf(timeout, sizeof timeout, "%u", s->connect_timeout_ms ? (s->connect_timeout_ms + 999) / 1000 : 5);
	parameter_add(&list, "host", s->host);
	parameter_add(&list, "port", port);
	parameter_add(&list, "user", s->user);
	parameter_add(&list, "password", secret_reveal(s->password));
	parameter_add(&list, "dbname", s->dbname);
	parameter_add(&list, "sslmode", s->sslmode);
	parameter_add(&list, "sslcert", s->sslcert);
	parameter_add(&list, "sslkey", s->sslkey);
	parameter_add(&list, "sslrootcert", s->sslrootcert);
	parameter_add(&list, "connect_timeout", timeout);
	parameter_add(&list, "application_name", s->application ? s->application : "berth");
	parameter_add(&list, "client_encoding", "UTF8");
	parameter_add(&list, "options", session_options);
	parameter_add(&list, "keepalives_idle", "30");
	parameter_add(&list, "keepalives_interval", "10");
	parameter_add(&list, "keepalives_count", "3");
	parameter_add(&list, "tcp_user_timeout", "30000");
	return PQconnectdbParams(list.keys, list.values, 0);
}

static void keep_message(struct db *db, const char *text)
{
	size_t len = strcspn(text, "\n");

	if (len >= sizeof db->message)
		len = sizeof db->message - 1;
	memcpy(db->message, text, len);
	db->message[len] = '\0';
}

static void log_notice(void *arg, const char *message)
{
	(void)arg;
	log_debug("database notice: %s", message);
}

static bool command_succeeds(struct db *db, const char *command)
{
	PGresult *result = db_exec(db, command);
	bool ok = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	return ok;
}

/*
 * Turns the server's limit for idle sessions off: a worker's connection is idle while the worker reads a body or waits for
 * requests, and the lock of an upload session ends with the connection. PostgreSQL 13 has no such limit, and refuses the
 * parameter among the options.
 */
static bool stay_when_idle(struct db *db)
{
	return PQserverVersion(db->conn) < 140000 || command_succeeds(db, "SET idle_session_timeout = 0");
}

static bool start_listening(struct db *db)
{
	char *name;
	char command[128];

	if (!db->settings->listen)
		return true;
	name = PQescapeIdentifier(db->conn, db->settings->listen, strlen(db->settings->listen));
	if (!name)
		return false;
	(void)snprintf(command, sizeof command, "LISTEN %s", name);
	PQfreemem(name);
	return command_succeeds(db, command);
}

bool db_connect(struct db *db)
{
	if (db->conn)
		return true;
	db->conn = open_connection(db->settings);
	if (PQstatus(db->conn) == CONNECTION_OK) {
		PQsetNoticeProcessor(db->conn, log_notice, NULL);
		if (stay_when_idle(db) && start_listening(db))
			return true;
	}
	keep_message(db, PQerrorMessage(db->conn));
	db_drop(db);
	return false;
}

bool db_ensure(struct db *db, struct error *error)
{
	int64_t now = clock_ms();

	if (db->conn)
		return true;
	if (now >= db->next_attempt_ms) {
		if (db_connect(db))
			return true;
		db->next_attempt_ms = clock_ms() + ATTEMPT_PAUSE_MS;
		log_error("database: cannot connect: %s", db->message);
	}
	return error_unavailable(error, RETRY_AFTER_S);
}

const char *db_message(const struct db *db)
{
	return db->message;
}

void db_hold(struct db *db)
{
	db->held = true;
}

void db_release_hold(struct db *db)
{
	db->held = false;
}

bool db_is_held(const struct db *db)
{
	return db->held;
}

void db_tidy(struct db *db)
{
	if (db->conn && (db->held || PQtransactionStatus(db->conn) != PQTRANS_IDLE)) {
		log_debug("database: connection dropped, a request left it in use");
		db_drop(db);
	}
}

/*
 * Reads all that has arrived, without waiting. Returns false if the connection has ended: a last message may precede its
 * end.
 */
static bool read_arrived(PGconn *conn)
{
	struct pollfd socket = {.fd = PQsocket(conn), .events = POLLIN};

	do {
		if (!PQconsumeInput(conn))
			return false;
	} while (poll(&socket, 1, 0) > 0);
	return true;
}

uint64_t db_epoch(struct db *db)
{
	PGnotify *notification;

	if (!db->conn)
		return db->epoch;
	if (!read_arrived(db->conn)) {
		db_drop(db);
		return db->epoch;
	}
	errno = 0;
	while ((notification = PQnotifies(db->conn))) {
		PQfreemem(notification);
		db->epoch++;
	}
	if (errno == ENOMEM)
		db_drop(db); /* libpq may have had no memory for a notification */
	return db->epoch;
}

uint64_t db_round_trips(const struct db *db)
{
	return db->round_trips;
}
