/* SPDX-License-Identifier: MIT */
/*
 * An upload's bytes become a blob: the file gets the blob's name as its second one, and loses the first when the blob is
 * committed. Until then the finish can be repeated.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define TRIES 3 /* a blob may be removed between two looks */

struct finish {
	struct fs_store *fs;
	const struct store_upload *upload;
	const struct digest *digest;
	struct arena *arena;
	struct error *error;
	struct fs_name name;
	struct layout_path data;
};

/* Is a blob of the upload's size there? *size is set when a file is there at all. */
static bool find_blob(struct finish *finish, bool *there, bool *right)
{
	uint64_t size = 0;

	if (!fs_stat(&finish->fs->store, finish->digest, there, &size, finish->arena, finish->error))
		return false;
	*right = *there && size == finish->upload->offset;
	return true;
}

/*
 * The file holds the upload's bytes and no others: what stands behind the offset is cut off. *gone: there is no file, which is
 * right when an earlier finish moved it.
 */
static bool settle(struct finish *finish, bool *gone)
{
	struct fs_store *fs = finish->fs;
	struct stat status;
	bool there = fstatat(fs->uploads, finish->name.text, &status, AT_SYMLINK_NOFOLLOW) == 0, ok;
	int fd;

	*gone = !there && errno == ENOENT && finish->upload->sealed;
	if (*gone || (there && (uint64_t)status.st_size == finish->upload->offset))
		return true;
	fd = fs_upload_open(fs, finish->upload, &finish->name, finish->error);
	ok = fd >= 0 && file_sync(fd, finish->name.text, finish->error);
	file_close(fd);
	return ok;
}

/* ---- the second name ---- */

static bool knows_no_links(int cause)
{
	return cause == EPERM || cause == EOPNOTSUPP || cause == ENOSYS || cause == EMLINK;
}

/* For file systems without links. False with errno EEXIST when a file is there. */
static bool move_to_free_place(const struct finish *finish)
{
	const struct fs_store *fs = finish->fs;
	struct stat status;

	if (renameat2(fs->uploads, finish->name.text, fs->blobs, finish->data.text, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (fstatat(fs->blobs, finish->data.text, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return false;
	}
	return renameat(fs->uploads, finish->name.text, fs->blobs, finish->data.text) == 0;
}

/* Never replaces a file. */
static bool give_name(const struct finish *finish)
{
	const struct fs_store *fs = finish->fs;

	return linkat(fs->uploads, finish->name.text, fs->blobs, finish->data.text, 0) == 0 ||
	       (knows_no_links(errno) && move_to_free_place(finish));
}

/* What stands at the blob's place has another size: damaged. Only bytes that were hashed just now may replace it. */
static bool replace_damaged(struct finish *finish)
{
	struct fs_store *fs = finish->fs;
	struct digest actual;

	if (!fs_digest_upload(&fs->store, finish->upload, finish->digest->algorithm, &actual, finish->arena, finish->error))
		return false;
	if (!digest_equal(&actual, finish->digest)) {
		log_error("storage: upload %s: its file no longer has the digest that it was received with",
			  finish->upload->id);
		return error_set(finish->error, E_BLOB_UPLOAD_INVALID);
	}
	log_warn("storage: %s has another size than its content: replaced", finish->data.text);
	return renameat(fs->uploads, finish->name.text, fs->blobs, finish->data.text) == 0 ||
	       file_failed(finish->error, "rename upload to", finish->data.text);
}

static bool place(struct finish *finish)
{
	bool there, right;

	for (int i = 0; i < TRIES; i++) {
		if (give_name(finish))
			return true;
		if (errno != EEXIST)
			return file_failed(finish->error, "link upload to", finish->data.text);
		if (!find_blob(finish, &there, &right))
			return false;
		if (there)
			return right || replace_damaged(finish);
	}
	return error_unavailable(finish->error, 1);
}

static bool moved_before(struct finish *finish)
{
	bool there, right;

	if (!find_blob(finish, &there, &right))
		return false;
	if (right)
		return true;
	log_error("storage: upload %s: its bytes are gone", finish->upload->id);
	return error_set(finish->error, E_BLOB_UPLOAD_INVALID);
}

bool fs_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct arena *arena,
	       struct error *error)
{
	struct finish finish = {.fs = fs_of(store),
				.upload = upload,
				.digest = digest,
				.arena = arena,
				.error = error,
				.data = layout_blob_data(digest)};
	struct layout_path folder = layout_blob_folder(digest);
	bool gone;

	return fs_upload_name(&finish.name, upload, error) && settle(&finish, &gone) &&
	       file_make_folders(finish.fs->blobs, folder.text, error) && (gone ? moved_before(&finish) : place(&finish)) &&
	       file_sync_folders(finish.fs->blobs, folder.text, error);
}
