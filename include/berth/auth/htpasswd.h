/* SPDX-License-Identifier: MIT */
/*
 * A password file: `user:hash` lines as htpasswd writes them; blank lines and lines that begin with # are skipped.
 *
 * Hashes are those of auth/password.h. A user whose hash is of another kind, or asks for more work than its ceiling,
 * is kept and never matches. Of two lines for one user the last counts, as in distribution.
 */
#ifndef BERTH_AUTH_HTPASSWD_H
#define BERTH_AUTH_HTPASSWD_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct htpasswd;

/*
 * Reads a file's text; a UTF-8 byte order mark is skipped. NULL with one line in `reason`, which quotes nothing of the
 * file: UTF-16 text, or the number of a line without a colon or a user.
 */
struct htpasswd *htpasswd_new(struct span text, char *reason, size_t size);
void htpasswd_free(struct htpasswd *file); /* takes NULL */

size_t htpasswd_count(const struct htpasswd *file);

/* Users whose hash cannot be used: the first one's name in *example, borrowed. As many as there are: nobody can sign in. */
size_t htpasswd_unusable(const struct htpasswd *file, const char **example);

/* The user's hash, empty when there is no such user or no usable one. Time does not depend on which users there are. */
struct span htpasswd_hash(const struct htpasswd *file, const char *user);

/*
 * Returns the hash to spend time on for a user that does not exist or cannot sign in: that of a user of the file, picked by
 * the name, so that the times of unknown names are distributed as those of known ones and stay the same for a name. Which
 * user it is nobody can foretell who does not know the file. Without any usable hash: password_nobody().
 */
struct span htpasswd_decoy(const struct htpasswd *file, const char *user);

/*
 * A new file with the one user `docker` and a random password, as distribution makes where there is none: mode 0600,
 * its folder, when that is missing, 0700. False with errno's text in `reason`; a file that is there is no failure and
 * stays as it is, with *password NULL.
 */
bool htpasswd_create(const char *path, struct arena *arena, const char **password, char *reason, size_t size);

#endif
