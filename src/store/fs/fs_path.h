/* SPDX-License-Identifier: MIT */
/* The one builder of paths under the storage root. Paths are made of constants, hex digits and uuids only. */
#ifndef BERTH_STORE_FS_PATH_H
#define BERTH_STORE_FS_PATH_H

#include <stdbool.h>

#include "berth/base/digest.h"
#include "berth/base/span.h"
#include "berth/base/uuid.h"

#define FS_PATH_MAX 256

struct fs_path {
	char text[FS_PATH_MAX];
};

/* `<alg>/<2hex>/<hex>`, relative to the blobs folder; with a file name: `<alg>/<2hex>/<hex>/data`. */
struct fs_path fs_blob_folder(const struct digest *digest);
struct fs_path fs_blob_data(const struct digest *digest);

/* The digest of a folder `<alg>/<2hex>/<hex>`; false for names that no blob has. */
bool fs_blob_digest(struct digest *out, const char *algorithm, const char *prefix, const char *hex);

/* The session whose bytes a file or an object below berth/uploads holds: its name is the id, or the id, a dot and more. */
bool fs_upload_session(char id[static UUID_TEXT_MAX], const char *name);

/*
 * The name of a spool file relative to the spool folder `spool` (absolute): what the web server said must lie below it
 * and consist of letters, digits and single slashes between them. The text is borrowed from `path`; false for anything else.
 */
bool fs_spool_name(struct span *out, const char *spool, const char *path);

#endif
