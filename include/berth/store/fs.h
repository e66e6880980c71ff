/* SPDX-License-Identifier: MIT */
/*
 * The filesystem driver: blobs under `<root>/docker/registry/v2/blobs/<alg>/<2hex>/<hex>/data`, the tree of Docker's
 * registry; uploads under `<root>/berth/uploads/`; the web server spools under `<root>/berth/spool/`.
 *
 * Order of durability: bytes, fsync of the file, link, fsync of each folder up to the blobs folder. The folders above it are
 * synced when the tree is opened. When an fsync fails, the request fails, and the file is not used again.
 */
#ifndef BERTH_STORE_FS_H
#define BERTH_STORE_FS_H

#include "berth/store/prehash.h"
#include "berth/store/store.h"

/*
 * Opens the tree below `root` (absolute) and makes missing folders. `prehashes` has the states of spool files that were hashed ahead;
 * NULL: there is none. Returns NULL, with one line in `reason`, when the tree cannot be opened.
 */
struct store *store_fs_open(const char *root, const struct prehash_table *prehashes, char *reason, size_t size);

#endif
