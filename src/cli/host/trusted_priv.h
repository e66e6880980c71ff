/* SPDX-License-Identifier: MIT */
/*
 * Files and folders that root uses by their paths. An account that owns a folder on the way could put a symbolic link in the place
 * of the next part. So root follows a path only through folders that root alone can change. A sticky folder such as /tmp counts as
 * one if the next part belongs to root.
 *
 * For an ordinary user each path is followed as usual: the links of others lead only where the user may go anyway.
 *
 * All functions return false (or -1, or a NULL pointer) with one line in *reason, which names the part that stands in the way.
 */
#ifndef BERTH_CLI_TRUSTED_PRIV_H
#define BERTH_CLI_TRUSTED_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct trusted_owner {
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/*
 * Opens the folder `path`, which is absolute; the caller closes the descriptor. With `make` a missing folder is made for that owner,
 * and missing folders above it as root's with mode 0755. Existing folders stay unchanged.
 */
int trusted_folder(const char *path, const struct trusted_owner *make, struct arena *arena, const char **reason);

/*
 * Finds the account that the path leads into: the owner of the first folder on the way that is not root's. 0 when all folders are
 * root's, or are root's as far as they exist. Follows no link of another account.
 */
bool trusted_first_owner(uid_t *out, const char *path, struct arena *arena, const char **reason);

/* Opens the regular file `path`, which is absolute, for reading; the caller closes the descriptor. */
int trusted_open(const char *path, struct arena *arena, const char **reason);

/* Reads a regular file of at most `most` bytes into `arena`. */
struct span trusted_read(const char *path, size_t most, struct arena *arena, const char **reason);

/*
 * Writes `text` to a new file for that owner, and renames it to `path`. Only root may be able to change the folder, or this account
 * when it is not root.
 */
bool trusted_write(const char *path, struct span text, const struct trusted_owner *owner, struct arena *arena,
		   const char **reason);

#endif
