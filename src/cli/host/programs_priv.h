/* SPDX-License-Identifier: MIT */
/* Finding programs and spelling paths. */
#ifndef BERTH_CLI_PROGRAMS_PRIV_H
#define BERTH_CLI_PROGRAMS_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"

/* With the current folder in front unless absolute already. `path` may not exist. */
const char *path_absolute(const char *path, struct arena *arena);

/* The folder above `path`, which is absolute. */
const char *folder_of(const char *path, struct arena *arena);

/* The program beside our own, on PATH, or in /usr/sbin (not on the PATH of ordinary users); NULL when there is none. */
const char *program_path(const char *name, struct arena *arena);

/* Our own program's path. */
const char *program_self(struct arena *arena);

/* A worker count from 1 to LIMIT_WORKERS. */
bool workers_number(unsigned *out, const char *text);

#endif
