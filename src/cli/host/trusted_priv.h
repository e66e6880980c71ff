/* SPDX-License-Identifier: MIT */
/*
 * Paths that root follows. Another account that owns a folder on the way can put a symbolic link in the place of the next
 * part, so root follows a path only through folders that root alone can change. A sticky folder such as /tmp counts as
 * such a folder as long as the next part belongs to root.
 *
 * For an ordinary user each path is taken as it is: the links of others lead only where the user may go anyway.
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
 * Opens the folder `path`, which is absolute. With `make` a missing one is made for that owner, missing folders above it as
 * root's with mode 0755; what is there stays as it is. Returns a descriptor that the caller closes; -1 with one line in
 * *reason, which names the folder that stands in the way.
 */
int trusted_folder(const char *path, const struct trusted_owner *make, struct arena *arena, const char **reason);

/*
 * The account that the path leads into: the owner of the first folder on the way that is not root's; 0 when all of them are, or
 * the first that is not is missing. No link of that account is followed. False with one line in *reason.
 */
bool trusted_first_owner(uid_t *out, const char *path, struct arena *arena, const char **reason);

/* Opens a regular file for reading: likewise. */
int trusted_open(const char *path, struct arena *arena, const char **reason);

/* The bytes of a regular file of at most `most` bytes, in `arena`; an empty span with a NULL pointer and *reason. */
struct span trusted_read(const char *path, size_t most, struct arena *arena, const char **reason);

/*
 * Writes the file anew, for that owner, by way of a rename. The folder is one that nobody else can change. False with one
 * line in *reason.
 */
bool trusted_write(const char *path, struct span text, const struct trusted_owner *owner, struct arena *arena,
		   const char **reason);

#endif
