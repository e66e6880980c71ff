/* SPDX-License-Identifier: MIT */
/*
 * Unix accounts. A process of root becomes an account for anything that touches the account's folders. For an ordinary user each
 * account is the user's own, and nothing changes.
 */
#ifndef BERTH_CLI_UNIX_ACCOUNT_PRIV_H
#define BERTH_CLI_UNIX_ACCOUNT_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "berth/base/arena.h"

struct unix_account {
	uid_t uid;
	gid_t gid;
	const char *user, *group, *home;
	bool changes; /* this process is root, and children become the account */
};

/* Look an account up by name or uid; as an ordinary user the user's own. Strings live in `arena`. False when there is none. */
bool unix_account_named(struct unix_account *out, const char *name, struct arena *arena);
bool unix_account_numbered(struct unix_account *out, uid_t uid, struct arena *arena);

/* Turns this process into the account, for good. False with errno set. */
bool unix_account_assume(const struct unix_account *account);

/* Returns what fn(context) returns in a child that is the account. Without a child when the account does not change. */
bool unix_account_ask(const struct unix_account *account, bool (*fn)(const void *context), const void *context);

/* Whether access(2) allows the account `mode` on `path`, with all folders above it. */
bool unix_account_may(const struct unix_account *account, const char *path, int mode);

/*
 * Makes the folder `path` and those above it, like mkdir -p. The account makes what it can; root makes the rest in folders of its
 * own and gives the last folder to the account. Existing folders stay unchanged. False with one line in *reason.
 */
bool unix_account_make_folder(const struct unix_account *account, const char *path, mode_t mode, struct arena *arena,
			      const char **reason);

#endif
