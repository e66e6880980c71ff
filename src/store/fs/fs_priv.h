/* SPDX-License-Identifier: MIT */
/* What the files of the filesystem driver share. */
#ifndef BERTH_STORE_FS_PRIV_H
#define BERTH_STORE_FS_PRIV_H

#include "berth/store/fs.h"
#include "berth/store/layout.h"
#include "../file_io_priv.h"
#include "../spool/spool_priv.h"

#define FS_CHUNK ((size_t)256 << 10) /* large enough that system calls do not show, small enough for the cache */

struct fs_store {
	struct store store;
	char *root; /* absolute, without symlinks */
	int blobs;  /* directory descriptors */
	int uploads;
	struct spool spool; /* root/LAYOUT_SPOOL */
	const struct prehash_table *prehashes;
	bool told_of_copies; /* "spool files cannot be linked" was logged */
	unsigned char chunk[FS_CHUNK];
};

static inline struct fs_store *fs_of(struct store *store)
{
	return (struct fs_store *)store;
}

/* ---- fs_upload.c: the file of an upload ---- */

/* One call's view of an upload's file. The file's name is `<id>.<generation of the request that made it>`; the upload's state is
 * this generation. */
struct fs_upload {
	struct fs_store *fs;
	const struct store_upload *upload;
	struct error *error;
	char name[2 * UUID_TEXT_MAX];
	int fd; /* -1: not open */
};

/*
 * Names the file, and does not open it. False when the state names no file: E_BLOB_UPLOAD_INVALID and a log line. The file may be
 * closed in either case.
 */
bool fs_upload_init(struct fs_upload *file, struct store *store, const struct store_upload *upload, struct error *error);

/* Opens the file for adding bytes at upload->offset, cut back to there; makes it for the first bytes. */
bool fs_upload_open(struct fs_upload *file);

/* Closes the file if it is open. */
void fs_upload_close(struct fs_upload *file);

/* fsync of the folder of uploads: the names in it are durable. */
bool fs_upload_sync_names(struct fs_store *fs, struct error *error);

/* The digest of the first upload->offset bytes, read again; changes nothing. */
bool fs_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
		      struct digest *out, struct arena *arena, struct error *error);
bool fs_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error);
void fs_abort(struct store *store, const struct store_upload *upload, struct arena *arena);

/* fs_append.c */
bool fs_append(struct store *store, struct store_upload *upload, const struct store_source *source, struct hasher *hasher,
	       struct arena *arena, struct error *error);

/* fs_finish.c */
bool fs_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct arena *arena,
	       struct error *error);

/* fs_blob.c */
bool fs_stat(struct store *store, const struct digest *digest, bool *found, uint64_t *size, struct arena *arena,
	     struct error *error);
bool fs_locate(struct store *store, const struct digest *digest, const struct store_client *client,
	       struct store_location *out, struct arena *arena, struct error *error);
bool fs_read(struct store *store, const struct digest *digest, uint64_t offset, uint64_t length, store_sink_fn *sink,
	     void *context, struct arena *arena, struct error *error);
bool fs_remove(struct store *store, const struct digest *digest, struct arena *arena, struct error *error);
bool fs_walk(struct store *store, store_walk_fn *visit, void *context, struct arena *arena, struct error *error);

/* fs_sweep.c */
bool fs_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
	      struct store_swept *out, struct arena *arena, struct error *error);

#endif
