/* SPDX-License-Identifier: MIT */
/*
 * The filesystem driver: blobs under `<root>/docker/registry/v2/blobs/<alg>/<2hex>/<hex>/data`, the tree of Docker's
 * registry; uploads under `<root>/berth/uploads/`; the web server spools under `<root>/berth/spool/`.
 *
 * Order of durability: bytes, fsync of the file, link, fsync of each directory up to the blobs folder; those above it
 * were synced when the tree was opened. A failed fsync is a failed request; the file is not trusted again.
 */
#ifndef BERTH_STORE_FS_H
#define BERTH_STORE_FS_H

#include "berth/store/prehash.h"
#include "berth/store/store.h"

/*
 * Opens the tree under `root` (absolute), making its folders where missing. `prehashes` (NULL: none) knows of spool files that
 * were hashed ahead. NULL when the tree cannot be opened; the reason is in `reason`, one line.
 */
struct store *store_fs_open(const char *root, const struct prehash_table *prehashes, char *reason, size_t size);

#endif
