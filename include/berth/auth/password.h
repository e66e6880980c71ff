/* SPDX-License-Identifier: MIT */
/*
 * Passwords and their crypt(5) hashes: bcrypt ($2a$, $2b$, $2y$), yescrypt ($y$) and SHA-512 crypt ($6$).
 *
 * A hash says itself how much work it is, and a bcrypt cost of 31 is a day: hashes above a ceiling are not usable.
 * bcrypt reads 72 bytes of a password and forgets the rest, so longer ones never match it.
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

/* Is this a hash that password_matches can use: form, and work below the ceilings? */
bool password_hash_usable(struct span hash);

enum password_verdict {
	PASSWORD_WRONG,
	PASSWORD_RIGHT,
	PASSWORD_NO_MEMORY /* libcrypt got no memory to find out */
};

/* Says whether the password belongs to the hash. `hash` is usable. Takes the hash's time, also if nothing can match. */
enum password_verdict password_verify(struct span hash, struct span password);

/* A new yescrypt hash with libcrypt's cost. NULL when the password is empty, too long or holds a NUL, or libcrypt fails. */
const char *password_hash(struct arena *arena, struct span password);

/* The same as bcrypt of cost 10, for files that distribution reads too. Of more than 72 bytes: NULL. */
const char *password_hash_bcrypt(struct arena *arena, struct span password);

/* A usable hash of a password that nobody knows, made as password_hash does: for accounts that do not exist. */
struct span password_nobody(void);

/*
 * The same with the kind and the cost of another hash, of which `setting` is the beginning (7 bytes, as "$2y$12$" or
 * "$y$j9T$"): in `arena`. password_nobody() for what is no such setting or would not be usable.
 */
struct span password_nobody_like(struct arena *arena, struct span setting);

#endif
