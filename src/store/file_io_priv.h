/* SPDX-License-Identifier: MIT */
/* System calls with their interruptions handled and their failures turned into the registry's errors. */
#ifndef BERTH_STORE_FILE_IO_PRIV_H
#define BERTH_STORE_FILE_IO_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/error.h"

/* Logs `what` with errno and sets 507 for a full disk or quota, 503 for the rest. Returns false. */
bool file_failed(struct error *error, const char *what, const char *path);

/* All bytes, or the error is set. */
bool file_write_all(int fd, const void *bytes, size_t len, const char *path, struct error *error);

/* Up to len bytes, 0 at the end; -1 with the error set. */
ssize_t file_read_some(int fd, void *buffer, size_t len, const char *path, struct error *error);

/* Durable bytes and metadata of a file or folder that is open. */
bool file_sync(int fd, const char *path, struct error *error);

/* fsync of the folder `path` below `dir`. */
bool file_sync_folder(int dir, const char *path, struct error *error);

/*
 * fsync of the folder `path` below `dir`, of those above it and of `dir`. Each level, for another process may have made it
 * and not have synced it yet; clean folders cost nothing.
 */
bool file_sync_folders(int dir, const char *path, struct error *error);

/* mkdir -p below `dir`; existing folders are fine. */
bool file_make_folders(int dir, const char *path, struct error *error);

void file_close(int fd);

#endif
