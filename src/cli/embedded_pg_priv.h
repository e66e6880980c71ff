/* SPDX-License-Identifier: MIT */
/*
 * A PostgreSQL cluster of our own, for a configuration that names no database: on a unix socket only, made on the
 * first run, found again on the next. Debian's layout of several major versions side by side is assumed.
 *
 * Made under another name and renamed when complete, so that a half-made one is never taken for whole; known as ours
 * by a file `berth.cluster` in it. Whatever is not ours is refused and left alone.
 */
#ifndef BERTH_CLI_EMBEDDED_PG_PRIV_H
#define BERTH_CLI_EMBEDDED_PG_PRIV_H

#include "berth/db/db.h"
#include "supervise_priv.h"

#define EMBEDDED_PG_USER "berth"
#define EMBEDDED_PG_DATABASE "postgres"
#define EMBEDDED_PG_PORT 5432 /* only names the socket */

struct embedded_pg {
	const char *data;       /* the cluster */
	const char *socket_dir; /* an existing folder that the account alone may enter */
	const char *bin;        /* folder of the programs, set by embedded_pg_prepare */
	const struct identity *as;
	struct db_settings settings;
	const char *argv[16];
	struct child_spec spec;
};

/*
 * Checks the folder, makes the cluster if there is none, and fills in `spec` for supervise_start. `max_connections`
 * is for the workers of all pools together. False with one line in *reason.
 */
bool embedded_pg_prepare(struct embedded_pg *pg, unsigned max_connections, struct arena *arena, const char **reason);

#endif
