/* SPDX-License-Identifier: MIT */
/*
 * Passwords and their crypt(5) hashes: bcrypt ($2a$, $2b$, $2y$), yescrypt ($y$) and SHA-512 crypt ($6$).
 *
 * The hash names its own cost, and a bcrypt cost of 31 takes a day. So a hash whose cost is above a ceiling is not usable.
 * bcrypt ignores what follows the 72nd byte of a password, so a longer password never matches a bcrypt hash.
 */
#ifndef BERTH_AUTH_PASSWORD_H
#define BERTH_AUTH_PASSWORD_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

#define PASSWORD_MAX 511       /* bytes; libcrypt takes no more */
#define PASSWORD_BCRYPT_MAX 72 /* bytes that bcrypt reads */
#define PASSWORD_BCRYPT_COST_MAX 14
#define PASSWORD_SHA512_ROUNDS_MAX 1000000
#define PASSWORD_HASH_MAX 384 /* with NUL */
#define PASSWORD_SETTING 7    /* bytes of a bcrypt or yescrypt hash that say its kind and cost */

/* Returns whether password_verify can use the hash: its form is right and its cost is below the ceiling. */
bool password_hash_usable(struct span hash);

enum password_verdict {
	PASSWORD_WRONG,
	PASSWORD_RIGHT,
	PASSWORD_NO_MEMORY /* libcrypt got no memory to find out */
};

/* Says whether the password belongs to the hash. `hash` is usable. Takes the hash's time, also if nothing can match. */
enum password_verdict password_verify(struct span hash, struct span password);

/*
 * Hashes a password with yescrypt and libcrypt's cost, into `arena`. Returns NULL when the password is empty, longer than
 * PASSWORD_MAX or holds a NUL, or when libcrypt fails.
 */
const char *password_hash(struct arena *arena, struct span password);

/* Does the same with bcrypt of cost 10, which distribution reads. Returns NULL for more than PASSWORD_BCRYPT_MAX bytes, too. */
const char *password_hash_bcrypt(struct arena *arena, struct span password);

/* Returns a usable hash, of the cost of password_hash, whose password nobody knows: for accounts that do not exist. */
struct span password_nobody(void);

/*
 * Returns such a hash with the kind and the cost of another one, in `arena`. `setting`: the first PASSWORD_SETTING bytes of that
 * hash, as "$2y$12$" or "$y$j9T$". Returns password_nobody() if `setting` is no setting or its hash would not be usable.
 */
struct span password_nobody_like(struct arena *arena, struct span setting);

#endif
