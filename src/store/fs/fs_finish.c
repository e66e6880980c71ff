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
	struct fs_upload file;
	const struct digest *digest;
	struct arena *arena;
	struct layout_path data;
};

/* *there: the blob has a file. *right: the file has the upload's size. */
static bool find_blob(struct finish *finish, bool *there, bool *right)
{
	uint64_t size = 0;

	if (!fs_stat(&finish->file.fs->store, finish->digest, there, &size, finish->arena, finish->file.error))
		return false;
	*right = *there && size == finish->file.upload->offset;
	return true;
}

/*
 * The file holds the upload's bytes and no others: what stands behind the offset is cut off. *gone: there is no file, which is
 * right when an earlier finish moved it.
 */
static bool cut_behind_offset(struct finish *finish, bool *gone)
{
	struct fs_store *fs = finish->file.fs;
	struct stat status;
	bool there = fstatat(fs->uploads, finish->file.name, &status, AT_SYMLINK_NOFOLLOW) == 0, ok;

	*gone = !there && errno == ENOENT && finish->file.upload->sealed;
	if (*gone || (there && (uint64_t)status.st_size == finish->file.upload->offset))
		return true;
	ok = fs_upload_open(&finish->file) && file_sync(finish->file.fd, finish->file.name, finish->file.error);
	fs_upload_close(&finish->file);
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
	const struct fs_store *fs = finish->file.fs;
	struct stat status;

	if (renameat2(fs->uploads, finish->file.name, fs->blobs, finish->data.text, RENAME_NOREPLACE) == 0)
		return true;
	if (errno != EINVAL && errno != ENOSYS)
		return false;
	if (fstatat(fs->blobs, finish->data.text, &status, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return false;
	}
	return renameat(fs->uploads, finish->file.name, fs->blobs, finish->data.text) == 0;
}

/* Never replaces a file. */
static bool give_name(const struct finish *finish)
{
	const struct fs_store *fs = finish->file.fs;

	return linkat(fs->uploads, finish->file.name, fs->blobs, finish->data.text, 0) == 0 ||
	       (knows_no_links(errno) && move_to_free_place(finish));
}

/* What stands at the blob's place has another size: damaged. Only bytes that were hashed just now may replace it. */
static bool replace_damaged(struct finish *finish)
{
	struct fs_store *fs = finish->file.fs;
	struct digest actual;

	if (!fs_digest_upload(&fs->store, finish->file.upload, finish->digest->algorithm, &actual, finish->arena,
			      finish->file.error))
		return false;
	if (!digest_equal(&actual, finish->digest)) {
		log_error("storage: upload %s: its file no longer has the digest that it was received with",
			  finish->file.upload->id);
		return error_set(finish->file.error, E_BLOB_UPLOAD_INVALID);
	}
	log_warn("storage: %s has another size than its content: replaced", finish->data.text);
	return renameat(fs->uploads, finish->file.name, fs->blobs, finish->data.text) == 0 ||
	       file_failed(finish->file.error, "rename upload to", finish->data.text);
}

static bool place_blob(struct finish *finish)
{
	bool there, right;

	for (int i = 0; i < TRIES; i++) {
		if (give_name(finish))
			return true;
		if (errno != EEXIST)
			return file_failed(finish->file.error, "link upload to", finish->data.text);
		if (!find_blob(finish, &there, &right))
			return false;
		if (there)
			return right || replace_damaged(finish);
	}
	return error_unavailable(finish->file.error, 1);
}

static bool moved_before(struct finish *finish)
{
	bool there, right;

	if (!find_blob(finish, &there, &right))
		return false;
	if (right)
		return true;
	log_error("storage: upload %s: its bytes are gone", finish->file.upload->id);
	return error_set(finish->file.error, E_BLOB_UPLOAD_INVALID);
}

bool fs_finish(struct store *store, const struct store_upload *upload, const struct digest *digest, struct arena *arena,
	       struct error *error)
{
	struct finish finish = {.digest = digest, .arena = arena, .data = layout_blob_data(digest)};
	struct layout_path folder = layout_blob_folder(digest);
	int blobs = fs_of(store)->blobs;
	bool gone;

	return fs_upload_init(&finish.file, store, upload, error) && cut_behind_offset(&finish, &gone) &&
	       file_make_folders(blobs, folder.text, error) && (gone ? moved_before(&finish) : place_blob(&finish)) &&
	       file_sync_folders(blobs, folder.text, error);
}
