/* SPDX-License-Identifier: MIT */
/* The run folder of `berth serve`: sockets, pid and temporary files, the rendered configuration; one serve at a time. */
#ifndef BERTH_CLI_WORKPLACE_PRIV_H
#define BERTH_CLI_WORKPLACE_PRIV_H

#include <stdbool.h>

#include "identity_priv.h"

/*
 * Makes `path` (mode 0700, the account's) or takes it when it is ours, and locks it until the process ends. False with
 * one line in *reason when it is another's, in use, or too long a path for sockets.
 */
bool workplace_open(const char *path, const struct identity *as, struct arena *arena, const char **reason);

/* Writes a file of the account's there, by way of a rename. False with errno set. */
bool workplace_write(const char *path, const char *text, size_t len, const struct identity *as);

#endif
