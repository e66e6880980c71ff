/* SPDX-License-Identifier: MIT */
/*
 * Commands that root runs on files of another account. The process becomes that account before it touches them. A file that only
 * root may read, such as CONFIG, must be read before.
 */
#ifndef BERTH_CLI_ACT_AS_PRIV_H
#define BERTH_CLI_ACT_AS_PRIV_H

#include <stdbool.h>

#include "accounts_priv.h"
#include "berth/config/config.h"

/*
 * Becomes the account of the workers of `config`: `name`, else the owner of the spool, else the owner of the storage's folder,
 * else `berth`. Does nothing for an ordinary user.
 *
 * With `must`: makes a missing folder of the storage, says on stderr which account it became, and fails when there is none.
 * Without: goes on as root when there is none. False: the reason has been said.
 */
bool act_as_workers(const struct config *config, const char *name, bool must, struct arena *arena);

/*
 * Becomes the owner of the folder of signing keys. Makes a missing folder for the account `berth-token`, open to the group of
 * `berth`. Goes on as root when the folder and all folders above it are root's. False: the reason has been said.
 */
bool act_as_signer(const struct config *config, struct arena *arena);

#endif
