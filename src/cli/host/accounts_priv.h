/* SPDX-License-Identifier: MIT */
/*
 * The accounts that the parts of a registry run as. Where root starts the registry they differ: a worker that is taken over
 * reads no signing key, and the database's account reaches neither keys nor blobs. One for workers and web server: the
 * kernel lets an account link its own spool files only (fs.protected_hardlinks).
 */
#ifndef BERTH_CLI_ACCOUNTS_PRIV_H
#define BERTH_CLI_ACCOUNTS_PRIV_H

#include "unix_account_priv.h"

enum role { ROLE_WORKERS, ROLE_TOKENS, ROLE_DATABASE, ROLES };

#define ROLE_BIT(role) (1u << (role))

struct accounts {
	struct unix_account of[ROLES]; /* ROLE_TOKENS is in the group of ROLE_WORKERS: it reads the same configuration */
};

/* The account of a role unless an option names another one: `berth`, `berth-token`, `berth-database`. */
const char *accounts_standard(enum role role);

/*
 * Looks the accounts up that `needed` has a bit for. `names` has a NULL for each one that no option gives. As an ordinary
 * user all of them are the user. False with one line in *reason, which has the command that makes missing accounts.
 */
bool accounts_pick(struct accounts *out, const char *const names[static ROLES], unsigned needed, struct arena *arena,
		   const char **reason);

#endif
