/* SPDX-License-Identifier: MIT */
/* System calls with their interruptions handled and their failures turned into the registry's errors. */
#ifndef BERTH_STORE_FILE_IO_PRIV_H
#define BERTH_STORE_FILE_IO_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/error.h"

/* Logs `what` with errno. Sets E_STORAGE_FULL for a full disk or quota, E_UNAVAILABLE for the rest. Returns false. */
bool file_failed(struct error *error, const char *what, const char *path);

/* Writes all bytes. `path` is for the log, here and below. */
bool file_write_all(int fd, const void *bytes, size_t len, const char *path, struct error *error);

/* Reads up to `len` bytes. Returns their number, 0 at the end of the file, -1 with the error set. */
ssize_t file_read_some(int fd, void *buffer, size_t len, const char *path, struct error *error);

/* Makes an open file or folder durable. */
bool file_sync(int fd, const char *path, struct error *error);

/* Makes the names in the folder `path` below `dir` durable. */
bool file_sync_folder(int dir, const char *path, struct error *error);

/*
 * Makes the names in the folder `path` below `dir`, in all folders above it and in `dir` durable. Every level, because another process
 * may have made a folder and not have synced it yet. A folder without changes costs nothing.
 */
bool file_sync_folders(int dir, const char *path, struct error *error);

/* Makes the folder `path` below `dir` and the folders above it. Existing ones are fine. */
bool file_make_folders(int dir, const char *path, struct error *error);

/* Closes a descriptor; -1 is fine. */
void file_close(int fd);

#endif
