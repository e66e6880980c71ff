/* SPDX-License-Identifier: MIT */
/*
 * A PostgreSQL cluster of our own, for a configuration that names no database: on a unix socket only, made on the
 * first run, found again on the next. Debian's layout of several major versions side by side is assumed.
 *
 * It is made under another name and renamed when it is complete, so that a half-made one is never taken for whole; a file
 * `berth.cluster` in it marks it as ours. A cluster that is not ours is refused and left alone.
 *
 * Nobody has a password: PostgreSQL asks the kernel for the account behind a connection (peer authentication), and the
 * ident map, written at each start, says which accounts may be which role. The registry's role owns the database and is no
 * superuser: a worker that is taken over cannot have the server run programs.
 */
#ifndef BERTH_CLI_EMBEDDED_PG_PRIV_H
#define BERTH_CLI_EMBEDDED_PG_PRIV_H

#include "../host/accounts_priv.h"
#include "berth/db/db.h"
#include "supervise_priv.h"

#define EMBEDDED_PG_USER "berth"
#define EMBEDDED_PG_SUPERUSER "postgres"
#define EMBEDDED_PG_DATABASE "postgres"
#define EMBEDDED_PG_PORT 5432 /* only names the socket */

struct embedded_pg {
	const char *data;       /* the cluster */
	const char *socket_dir; /* an existing folder of the database's account */
	const char *rules_dir; /* an existing folder for pg_hba.conf and pg_ident.conf, which no other account can change */
	const struct accounts *accounts;
	const char *bin; /* folder of the programs, set by embedded_pg_prepare */
	struct db_settings settings;
	const char *argv[24];
	pid_t pid;
	struct child_spec spec;
};

/*
 * Checks the folder, makes the cluster if there is none, and fills in `spec` for supervise_start. `max_connections`
 * is for the workers of all pools together. False with one line in *reason.
 */
bool embedded_pg_prepare(struct embedded_pg *pg, unsigned max_connections, struct arena *arena, const char **reason);

#endif
