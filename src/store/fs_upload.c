/* SPDX-License-Identifier: MIT */
/*
 * Uploads on the filesystem: one file per session under berth/uploads, named by the session's id.
 *
 * The file may be longer than the session's offset after a crash (the bytes were written, the row was not): each append
 * and the finish cut it back first. A first chunk that the web server spooled is linked, not copied.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define UPLOAD_MODE 0640
#define WRITEBACK_STEP ((uint64_t)16 << 20) /* start writing to disk while more bytes arrive */

static bool sync_uploads(struct fs_store *fs, struct error *error)
{
	return fs_sync(fs->uploads, FS_UPLOADS, error);
}

/* ---- where the bytes come from ---- */

static bool read_source(struct fs_store *fs, const struct store_source *source, int spool, size_t *got, struct error *error)
{
	ssize_t count;

	if (spool < 0)
		return source->read(source->context, fs->chunk, sizeof fs->chunk, got, error);
	count = fs_read_some(spool, fs->chunk, sizeof fs->chunk, source->spool_path, error);
	*got = count > 0 ? (size_t)count : 0;
	return count >= 0;
}

static void start_writeback(int fd, uint64_t *behind, size_t written)
{
	*behind += written;
	if (*behind < WRITEBACK_STEP)
		return;
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* a hint; fsync decides */
	*behind = 0;
}

static bool copy_in(struct fs_store *fs, int fd, const struct store_source *source, int spool, struct hasher *hasher,
		    uint64_t *added, const char *name, struct error *error)
{
	uint64_t behind = 0;
	size_t got;

	for (;;) {
		if (!read_source(fs, source, spool, &got, error))
			return false;
		if (got == 0)
			return true;
		if (!fs_write_all(fd, fs->chunk, got, name, error))
			return false;
		hasher_update(hasher, fs->chunk, got);
		*added += got;
		start_writeback(fd, &behind, got);
	}
}

static bool hash_in(struct fs_store *fs, int fd, struct hasher *hasher, uint64_t *added, const char *name,
		    struct error *error)
{
	ssize_t got;

	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* the disk works while we hash */
	while ((got = fs_read_some(fd, fs->chunk, sizeof fs->chunk, name, error)) > 0) {
		hasher_update(hasher, fs->chunk, (size_t)got);
		*added += (uint64_t)got;
	}
	return got == 0;
}

/* ---- the upload's file ---- */

/* Open for appending at upload->offset; made when the session is empty. -1 with the error set. */
static int open_upload(struct fs_store *fs, const struct store_upload *upload, struct error *error)
{
	int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (upload->offset == 0 ? O_CREAT : 0);
	int fd = openat(fs->uploads, upload->id, flags, UPLOAD_MODE);
	struct stat status;

	if (fd < 0 && errno == ENOENT) {
		log_error("storage: upload %s: its bytes are gone", upload->id);
		error_set(error, E_BLOB_UPLOAD_INVALID);
		return -1;
	}
	if (fd < 0) {
		fs_failed(error, "open", upload->id);
		return -1;
	}
	if (fstat(fd, &status) == 0 && (uint64_t)status.st_size < upload->offset) {
		log_error("storage: upload %s: shorter than its acknowledged offset", upload->id);
		error_set(error, E_BLOB_UPLOAD_INVALID);
	} else if (ftruncate(fd, (off_t)upload->offset) == 0 && lseek(fd, (off_t)upload->offset, SEEK_SET) >= 0) {
		return fd;
	} else {
		fs_failed(error, "truncate", upload->id);
	}
	fs_close(fd);
	return -1;
}

/* An empty session's first chunk: the spooled file itself, under the session's name. -1: copy it instead. */
static int adopt_spooled(struct fs_store *fs, const struct store_upload *upload, const struct spooled *spooled)
{
	int fd;

	(void)unlinkat(fs->uploads, upload->id, 0); /* left by a crash before the row was saved */
	if (linkat(spooled->folder, spooled->name, fs->uploads, upload->id, 0) < 0) {
		if (!fs->told_of_copies)
			log_warn("storage: spool files cannot be linked and are copied instead "
				 "(do the web server and the workers run as one user, on one filesystem?)");
		fs->told_of_copies = true;
		return -1;
	}
	fd = openat(fs->uploads, upload->id, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0)
		(void)fchmod(fd, UPLOAD_MODE);
	else
		(void)unlinkat(fs->uploads, upload->id, 0); /* a copy over the link would empty the spooled file */
	return fd;
}

static bool fill_from(struct fs_store *fs, int *fd, const struct store_upload *upload, const struct store_source *source,
		      int spool, struct hasher *hasher, uint64_t *added, struct error *error)
{
	*fd = open_upload(fs, upload, error);
	return *fd >= 0 && copy_in(fs, *fd, source, spool, hasher, added, upload->id, error);
}

static bool fill_spooled(struct fs_store *fs, int *fd, const struct store_upload *upload, const struct store_source *source,
			 struct hasher *hasher, uint64_t *added, struct error *error)
{
	struct spooled spooled;
	int spool = -1;
	bool ok = spool_find(&fs->spool, source->spool_path, &spooled, error);

	if (ok && upload->offset == 0)
		*fd = adopt_spooled(fs, upload, &spooled);
	if (ok && *fd >= 0) {
		*added = ahead_take(fs->board, *fd, hasher);
		ok = hash_in(fs, *fd, hasher, added, upload->id, error);
	} else if (ok) {
		spool = spool_open_found(&spooled, source->spool_path, error);
		ok = spool >= 0 && fill_from(fs, fd, upload, source, spool, hasher, added, error);
	}
	fs_close(spool);
	fs_close(spooled.folder);
	return ok;
}

static bool fill(struct fs_store *fs, int *fd, const struct store_upload *upload, const struct store_source *source,
		 struct hasher *hasher, uint64_t *added, struct error *error)
{
	if (source->spool_path)
		return fill_spooled(fs, fd, upload, source, hasher, added, error);
	return fill_from(fs, fd, upload, source, -1, hasher, added, error);
}

bool fs_append(struct store *store, struct store_upload *upload, const struct store_source *source, struct hasher *hasher,
	       struct arena *arena, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	uint64_t added = 0;
	int fd = -1;
	bool ok;

	(void)arena;
	ok = fill(fs, &fd, upload, source, hasher, &added, error) && fs_sync(fd, upload->id, error) &&
	     (upload->offset > 0 || sync_uploads(fs, error));
	fs_close(fd);
	if (ok)
		upload->offset += added;
	else if (upload->offset == 0)
		fs_abort(store, upload);
	return ok;
}

bool fs_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
		      struct digest *out, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	struct hasher hasher;
	uint64_t seen = 0;
	int fd;
	bool ok = true;

	hasher_init(&hasher, algorithm);
	if (upload->offset > 0) {
		fd = open_upload(fs, upload, error);
		ok = fd >= 0 && lseek(fd, 0, SEEK_SET) == 0 && hash_in(fs, fd, &hasher, &seen, upload->id, error);
		fs_close(fd);
	}
	hasher_final(&hasher, out);
	return ok;
}

/* ---- the upload becomes the blob ---- */

/*
 * The file holds the session's bytes and no others: behind the offset may stand what a broken-off append or a crash
 * left. A file that is gone is for the caller to judge, unless the upload is empty: then it is made.
 */
static bool settle(struct fs_store *fs, const struct store_upload *upload, struct error *error)
{
	struct stat status;
	bool there = fstatat(fs->uploads, upload->id, &status, AT_SYMLINK_NOFOLLOW) == 0;
	bool ok;
	int fd;

	if (upload->offset > 0 && (there ? (uint64_t)status.st_size == upload->offset : errno == ENOENT))
		return true;
	fd = open_upload(fs, upload, error);
	ok = fd >= 0 && fs_sync(fd, upload->id, error);
	fs_close(fd);
	return ok;
}

static bool already_there(struct store *store, const struct store_upload *upload, const struct digest *digest,
			  struct error *error)
{
	uint64_t size;
	bool found;

	if (!fs_stat(store, digest, &found, &size, error))
		return false;
	if (found && size == upload->offset)
		return true;
	log_error("storage: upload %s: its bytes are gone", upload->id);
	return error_set(error, E_BLOB_UPLOAD_INVALID);
}

bool fs_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	struct fs_path folder = fs_blob_folder(digest), data = fs_blob_data(digest);

	if (!settle(fs, upload, error) || !fs_make_folders(fs->blobs, folder.text, error))
		return false;
	/* replaces a file of the same digest: its bytes are verified, those in place may have rotted */
	if (renameat(fs->uploads, upload->id, fs->blobs, data.text) < 0) {
		if (errno != ENOENT)
			return fs_failed(error, "rename upload to", data.text);
		if (!already_there(store, upload, digest, error))
			return false;
	}
	return fs_sync_folders(fs->blobs, folder.text, error) && sync_uploads(fs, error);
}

void fs_abort(struct store *store, const struct store_upload *upload)
{
	if (unlinkat(fs_of(store)->uploads, upload->id, 0) < 0 && errno != ENOENT)
		log_warn("storage: upload %s: cannot remove its bytes", upload->id);
}
