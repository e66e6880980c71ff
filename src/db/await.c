/* SPDX-License-Identifier: MIT */
/*
 * Waiting for results.
 *
 * libpq (15) takes a message for cut short when it had no memory for what is in it, and PQexec waits for a rest that never
 * comes. So it is we who wait, and who look why nothing has come of what is there.
 */
#include "db_priv.h"

#include <errno.h>
#include <poll.h>

#include "berth/base/log.h"

#define LOOK_MS 1000
#define LOOK_TLS_MS 5 /* bytes that OpenSSL has taken in already wake nobody */

/* PQgetResult will not wait. False: libpq is out of memory. */
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
			return true; /* the end of the connection, which is a result, too */
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
