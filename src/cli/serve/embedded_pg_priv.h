/* SPDX-License-Identifier: MIT */
/*
 * A private PostgreSQL cluster, for a configuration that names no database. It listens on a unix socket only. The first start
 * makes it, later starts find it. Debian's layout is assumed, which has several major versions side by side.
 *
 * The cluster is made under another name and renamed when it is complete, so that a half-made one is never used. The file
 * `berth.cluster` in it marks it as made by `berth serve`: any other folder is refused and left unchanged.
 *
 * There are no passwords. PostgreSQL asks the kernel for the account behind a connection (peer authentication), and the ident
 * map, which is written at each start, says which roles an account may take. The role of the registry owns the database and is
 * no superuser, so that an attacker in a worker cannot make the server run programs.
 */
#ifndef BERTH_CLI_EMBEDDED_PG_PRIV_H
#define BERTH_CLI_EMBEDDED_PG_PRIV_H

#include "../host/accounts_priv.h"
#include "berth/db/db.h"
#include "supervise_priv.h"

#define EMBEDDED_PG_USER "berth"
#define EMBEDDED_PG_SUPERUSER "postgres"
#define EMBEDDED_PG_DATABASE "postgres"
#define EMBEDDED_PG_PORT 5432 /* a part of the name of the socket */

struct embedded_pg {
	const char *data;       /* folder of the cluster */
	const char *socket_dir; /* an existing folder of the database's account */
	const char *rules_dir;  /* an existing folder that no other account can change, for pg_hba.conf and pg_ident.conf */
	const struct accounts *accounts;

	/* Set by embedded_pg_prepare. */
	const char *bin; /* folder of PostgreSQL's programs */
	struct db_settings settings;
	const char *argv[24];
	pid_t pid;
	struct child_spec spec;
};

/*
 * Checks the cluster, or makes one if the folder is missing or empty, and fills in `settings` for clients and `spec` for
 * supervise_start. `max_connections` counts the workers of all pools. `pg` stays in use as long as `spec`. False with one line
 * in *reason.
 */
bool embedded_pg_prepare(struct embedded_pg *pg, unsigned max_connections, struct arena *arena, const char **reason);

#endif
