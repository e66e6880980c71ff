/* SPDX-License-Identifier: MIT */
/*
 * The tree of a storage, on a file system and in a bucket alike: blobs lie where Docker's registry has them, all that is ours lies
 * below berth/. Paths are made of constants, hex digits and UUIDs only.
 */
#ifndef BERTH_STORE_LAYOUT_H
#define BERTH_STORE_LAYOUT_H

#include <stdbool.h>

#include "berth/base/digest.h"
#include "berth/base/uuid.h"

/* Folders, relative to the root. */
#define LAYOUT_BLOBS "docker/registry/v2/blobs"
#define LAYOUT_UPLOADS "berth/uploads"
#define LAYOUT_SPOOL "berth/spool" /* file systems only */

#define LAYOUT_PATH_MAX 256

struct layout_path {
	char text[LAYOUT_PATH_MAX];
};

/* Returns a blob's folder `<alg>/<2hex>/<hex>`, relative to LAYOUT_BLOBS. */
struct layout_path layout_blob_folder(const struct digest *digest);

/* Returns the file with a blob's bytes, `<alg>/<2hex>/<hex>/data`, relative to LAYOUT_BLOBS. */
struct layout_path layout_blob_data(const struct digest *digest);

/* Parses the three names of a blob's folder. Returns false when no blob has them. */
bool layout_blob_digest(struct digest *out, const char *algorithm, const char *prefix, const char *hex);

/*
 * Tells which session a file or an object below LAYOUT_UPLOADS belongs to. Its name is the session's id, or the id, a dot and
 * more. Returns false for other names.
 */
bool layout_upload_session(char id[static UUID_TEXT_MAX], const char *name);

#endif
