/* SPDX-License-Identifier: MIT */
/*
 * An account that children run as. Root becomes it for whatever touches the account's folders; for an ordinary user each
 * account is the user.
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
	bool changes; /* we are root and children become this account */
};

/* The account `name`, or that of `uid`; our own when we are not root. False when there is none. */
bool unix_account_named(struct unix_account *out, const char *name, struct arena *arena);
bool unix_account_numbered(struct unix_account *out, uid_t uid, struct arena *arena);

/* Turns this process into the account for good. False with errno set. */
bool unix_account_assume(const struct unix_account *account);

/* What fn(context) answers in a child that is the account; without a child when nothing changes. */
bool unix_account_ask(const struct unix_account *account, bool (*fn)(const void *context), const void *context);

/* Whether the account may `mode` (of access(2)) that path, folders above included. */
bool unix_account_may(const struct unix_account *account, const char *path, int mode);

/*
 * mkdir -p. The account makes what it can; root makes the rest in folders of its own and hands the last one over. What is
 * there stays as it is. False with one line in *reason.
 */
bool unix_account_make_folder(const struct unix_account *account, const char *path, mode_t mode, struct arena *arena,
			      const char **reason);

#endif
