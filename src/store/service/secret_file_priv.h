/* SPDX-License-Identifier: MIT */
/* Files of keys and tokens. */
#ifndef BERTH_STORE_SERVICE_SECRET_FILE_PRIV_H
#define BERTH_STORE_SERVICE_SECRET_FILE_PRIV_H

#include "berth/base/arena.h"

/*
 * Reads a regular file of at most 1 MiB into `arena`, which wipes the text when it is cleared. NULL when the file cannot be
 * read: errno says why.
 */
const char *secret_file_read(const char *path, struct arena *arena);

#endif
