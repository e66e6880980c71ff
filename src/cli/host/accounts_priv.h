/* SPDX-License-Identifier: MIT */
/*
 * The roles of the parts of a registry, and their accounts. Where root starts the registry, the accounts differ: an attacker in a
 * worker cannot read the signing key, and the database's account reaches neither keys nor blobs. Workers and web server share one
 * account, because the kernel lets an account link only its own spool files (fs.protected_hardlinks).
 */
#ifndef BERTH_CLI_ACCOUNTS_PRIV_H
#define BERTH_CLI_ACCOUNTS_PRIV_H

#include "unix_account_priv.h"

enum role { ROLE_WORKERS, ROLE_TOKENS, ROLE_DATABASE, ROLES };

#define ROLE_BIT(role) (1u << (role))

struct accounts {
	struct unix_account of[ROLES]; /* ROLE_TOKENS is in the group of ROLE_WORKERS: it reads the same configuration */
};

/* Returns the account of a role when no option names another one: `berth`, `berth-token`, `berth-database`. */
const char *accounts_standard(enum role role);

/*
 * Looks up the accounts of the roles whose ROLE_BIT is in `needed`. `names[role]` is the account that an option names; NULL: the
 * standard one. For an ordinary user each account is the user's own. False with one line in *reason, which has the command that
 * makes missing accounts.
 */
bool accounts_pick(struct accounts *out, const char *const names[static ROLES], unsigned needed, struct arena *arena,
		   const char **reason);

#endif
