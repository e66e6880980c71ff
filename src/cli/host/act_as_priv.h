/* SPDX-License-Identifier: MIT */
/*
 * Commands that root runs on files of another account: the process becomes that account before it touches them. What root
 * alone may read, such as CONFIG, is read before.
 */
#ifndef BERTH_CLI_ACT_AS_PRIV_H
#define BERTH_CLI_ACT_AS_PRIV_H

#include <stdbool.h>

#include "accounts_priv.h"
#include "berth/config/config.h"

/*
 * Becomes the account that serves `config`: `name`, else the owner of the spool, else of the storage's folder, else `berth`.
 * With `must`, makes the missing folder of the storage for that account, says which one it is on stderr, and fails where there
 * is none; without `must` root goes on as root then. False: the reason has been said. Does nothing for an ordinary user.
 */
bool act_as_workers(const struct config *config, const char *name, bool must, struct arena *arena);

/*
 * Becomes the owner of the folder of signing keys. A missing folder is made for the account `berth-token`, open to the group
 * of the workers. Goes on as root where the folder and all above it are root's. False: the reason has been said.
 */
bool act_as_signer(const struct config *config, struct arena *arena);

#endif
