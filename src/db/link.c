/* SPDX-License-Identifier: MIT */
/*
 * One connection: what is sent over it, what comes back, its end.
 *
 * If libpq 15 has no memory for a message, it takes the message for incomplete, and PQexec waits for a rest that never
 * comes. So this file waits for results itself, and asks after each wait whether libpq ran out of memory.
 */
#include "db_priv.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "berth/base/log.h"

#define LOOK_MS 1000
#define LOOK_TLS_MS 5 /* poll(2) does not report bytes that OpenSSL has already read */

void db_drop(struct db *db)
{
	PQfinish(db->conn);
	db->conn = NULL;
	db->held = false;
	db->epoch++;
	memset(db->prepared, 0, db->count * sizeof *db->prepared);
}

/* Waits until PQgetResult would not. Returns false if libpq is out of memory. */
static bool arrived(PGconn *conn)
{
	struct pollfd socket = {.fd = PQsocket(conn), .events = POLLIN};

	for (;;) {
		errno = 0;
		if (!PQisBusy(conn))
			return true;
		if (errno == ENOMEM)
			return false;
		(void)poll(&socket, 1, PQsslInUse(conn) ? LOOK_TLS_MS : LOOK_MS);
		if (!PQconsumeInput(conn))
			return true; /* the connection has ended, which PQgetResult reports */
	}
}

PGresult *db_await(struct db *db, int sent)
{
	PGresult *last = NULL, *next;

	while (sent && arrived(db->conn)) {
		next = PQgetResult(db->conn);
		if (!next)
			return last;
		PQclear(last);
		last = next;
	}
	PQclear(last);
	if (!sent)
		return NULL;
	log_error("database: no memory for what it sent; connection dropped");
	db_drop(db);
	return NULL;
}

PGresult *db_exec(struct db *db, const char *command)
{
	return db_await(db, PQsendQuery(db->conn, command));
}
