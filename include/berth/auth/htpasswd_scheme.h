/* SPDX-License-Identifier: MIT */
/*
 * `auth.htpasswd`: whoever has a password of the file may do everything.
 *
 * The file is looked at with each request and read again when it has changed. What cannot be read, or has lost its
 * last user within the last two seconds (somebody is writing it), leaves the list as it was. A pair that was right is
 * remembered by all workers (auth/password_cache.h), so that a pull pays for bcrypt once and a changed password counts at
 * once. While many wrong ones come, anything else waits for its turn at hashing; without one the verdict is AUTH_BUSY.
 */
#ifndef BERTH_AUTH_HTPASSWD_SCHEME_H
#define BERTH_AUTH_HTPASSWD_SCHEME_H

#include <stddef.h>

#include "berth/auth/auth.h"

/*
 * Both texts are borrowed. A missing file is made (auth/htpasswd.h) and its password logged once, as a warning. One that
 * cannot be used lets nobody in, is logged, and no reason not to start, as in distribution. NULL when none can be made.
 */
struct auth *htpasswd_scheme_new(const char *realm, const char *path, char *reason, size_t size);

#endif
