/* SPDX-License-Identifier: MIT */
/* Passwords for accounts: read from the terminal or from stdin, or made. */
#ifndef BERTH_CLI_ADMIN_PASSWORD_PRIV_H
#define BERTH_CLI_ADMIN_PASSWORD_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/secret.h"

/*
 * Reads the password of the account `name`: on a terminal asked for twice without echo, else the first line of stdin. It must
 * have `least` to PASSWORD_MAX bytes and differ from the name; with `hashed` it is a hash, which the schema checks. Returns an
 * unset secret when no good password was read, which has been said.
 */
struct secret password_read(const char *name, size_t least, bool hashed, struct arena *arena);

/* Makes a password of 26 characters with 130 bits of randomness. */
struct secret password_make(struct arena *arena);

#endif
