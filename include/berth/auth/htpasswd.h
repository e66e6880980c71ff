/* SPDX-License-Identifier: MIT */
/*
 * A password file in memory: lines `user:hash` as htpasswd(1) writes them. Blank lines and lines that begin with # are skipped.
 *
 * A hash is usable if auth/password.h can use it. A user whose hash is not usable stays in the list and cannot sign in. If two
 * lines name one user, the last line counts, as in distribution.
 */
#ifndef BERTH_AUTH_HTPASSWD_H
#define BERTH_AUTH_HTPASSWD_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct htpasswd;

/*
 * Reads a file's text. A UTF-8 byte order mark is skipped. Returns NULL for UTF-16 text and for a line without a colon or a
 * user; `reason` then says so in one line, with the line's number, and quotes nothing of the file.
 */
struct htpasswd *htpasswd_new(struct span text, char *reason, size_t size);
void htpasswd_free(struct htpasswd *file); /* takes NULL */

/* Returns the number of users. */
size_t htpasswd_count(const struct htpasswd *file);

/* Returns the number of users whose hash is not usable. *example becomes the name of the first of them, borrowed. */
size_t htpasswd_unusable(const struct htpasswd *file, const char **example);

/* Returns the user's hash, or an empty span when the user does not exist or has no usable hash. Takes the same time for both. */
struct span htpasswd_hash(const struct htpasswd *file, const char *user);

/*
 * Returns the hash on which the check of a user that cannot sign in spends its time, so that a client cannot tell known names
 * from unknown ones. It is the hash of a user of the file. The name picks it: one name always takes the same time, and many
 * unknown names take the times of the known ones. Which user is picked depends on the salts, which clients do not know. If no
 * hash is usable, returns password_nobody().
 */
struct span htpasswd_decoy(const struct htpasswd *file, const char *user);

#endif
