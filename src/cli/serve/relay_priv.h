/* SPDX-License-Identifier: MIT */
/*
 * One pipe for the log of a supervisor and all its children, and a process that copies the pipe to what stderr was. Web
 * servers open /dev/stderr by name: that fails for a socket (journald) and for another account's terminal, and in a file each
 * opening has an offset of its own, so that one writer overwrites the other. A pipe is none of that.
 */
#ifndef BERTH_CLI_RELAY_PRIV_H
#define BERTH_CLI_RELAY_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

/* Turns stderr of this process and of its later children into the pipe. False with errno set: stderr is as it was. */
bool relay_begin(void);

/* Lets the account open /dev/stderr. */
void relay_give(uid_t uid, gid_t gid);

/* Gives stderr back and waits, 5 s at most, until all that was written has arrived. The children have ended. */
void relay_end(void);

#endif
