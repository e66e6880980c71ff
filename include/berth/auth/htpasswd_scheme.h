/* SPDX-License-Identifier: MIT */
/*
 * The scheme `auth.htpasswd`: a user of the password file may do everything.
 *
 * Each request looks whether the file has changed, and reads a changed file again. The old list stays in use if the file cannot
 * be read, or if it has become empty within the last two seconds: then another program may still be writing it.
 *
 * All workers remember a pair of user and password that was right (auth/password_cache.h), so that a pull hashes once. A
 * changed password counts at once. While many wrong passwords come, other requests wait for a turn at hashing (auth/throttle.h).
 * A request that gets no turn is answered AUTH_BUSY.
 */
#ifndef BERTH_AUTH_HTPASSWD_SCHEME_H
#define BERTH_AUTH_HTPASSWD_SCHEME_H

#include <stddef.h>

#include "berth/auth/auth.h"

/*
 * Makes the scheme. `realm` and `path` are borrowed. A missing file is made (auth/htpasswd_create.h), and its password is logged
 * once, as a warning. If the file cannot be read, the scheme starts without users and logs an error, as in distribution: the
 * configuration of Debian's docker-registry names a folder. Returns NULL, with one line in `reason`, when the file cannot be made
 * or its text is malformed.
 */
struct auth *htpasswd_scheme_new(const char *realm, const char *path, char *reason, size_t size);

#endif
