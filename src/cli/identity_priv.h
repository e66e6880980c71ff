/* SPDX-License-Identifier: MIT */
/*
 * The account that PostgreSQL, the workers and the web server's workers run as: ourselves, or, when we are root, an
 * unprivileged one. One for all: a spool file of another account could not be linked (fs.protected_hardlinks).
 */
#ifndef BERTH_CLI_IDENTITY_PRIV_H
#define BERTH_CLI_IDENTITY_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "berth/base/arena.h"

struct identity {
	uid_t uid;
	gid_t gid;
	const char *user, *group;
	bool changes; /* we are root and children become this account */
};

/*
 * `name` NULL: as an ordinary user ourselves, as root the account `berth` or else `www-data`. False with one line in
 * *reason.
 */
bool identity_pick(struct identity *out, const char *name, struct arena *arena, const char **reason);

/* Turns this process, a fresh child, into the account for good. False with errno set. */
bool identity_assume(const struct identity *identity);

/* Whether the account may `mode` (of access(2)) that path, folders above included: asked by a child that is it. */
bool identity_may(const struct identity *identity, const char *path, int mode);

/* mkdir -p; what is made belongs to the account and has `mode`, what is there stays as it is. False with errno set. */
bool identity_make_folder(const struct identity *identity, const char *path, mode_t mode);

#endif
