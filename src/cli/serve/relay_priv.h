/* SPDX-License-Identifier: MIT */
/*
 * One pipe for the log of a supervisor and its children, and a process that copies the pipe to the original stderr.
 *
 * Web servers open /dev/stderr by name. That fails for a socket (journald) and for a terminal of another account, and in a file
 * each opening has an offset of its own, so that one writer overwrites the other. A pipe has none of these problems.
 */
#ifndef BERTH_CLI_RELAY_PRIV_H
#define BERTH_CLI_RELAY_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

/* Makes the pipe stderr of this process and of its later children. False with errno set: stderr is unchanged. */
bool relay_begin(void);

/* Gives the pipe to the account, so that its processes can open /dev/stderr. */
void relay_give(uid_t uid, gid_t gid);

/* Restores stderr, and waits up to 5 s until all that was written has been copied. Call it when the children have ended. */
void relay_end(void);

#endif
