/* SPDX-License-Identifier: MIT */
/* Where the programs of this machine are. */
#ifndef BERTH_CLI_PROGRAMS_PRIV_H
#define BERTH_CLI_PROGRAMS_PRIV_H

#include "berth/base/arena.h"

/*
 * Returns the path of the program `name`: in the folder of this program, else on PATH, else in /usr/sbin, which is not on the
 * PATH of ordinary users. NULL when there is none.
 */
const char *program_path(const char *name, struct arena *arena);

/* Returns the path of this program. */
const char *program_self(struct arena *arena);

#endif
