/* SPDX-License-Identifier: MIT */
/* Paths as text. */
#ifndef BERTH_CLI_PATH_PRIV_H
#define BERTH_CLI_PATH_PRIV_H

#include "berth/base/arena.h"

/* Returns `path` with the current folder in front unless it is absolute. The file may be missing. */
const char *path_absolute(const char *path, struct arena *arena);

/* Returns the folder above `path`, which is absolute. */
const char *path_folder(const char *path, struct arena *arena);

#endif
