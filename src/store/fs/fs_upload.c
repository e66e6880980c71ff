/* SPDX-License-Identifier: MIT */
/*
 * The file of an upload, in berth/uploads.
 *
 * Behind the upload's offset the file may hold bytes of an append that broke off or of a crash. A request that adds bytes cuts the
 * file back first. A request cuts back and adds only to a file that it made, or of which the session's row says that no other
 * request writes to it. All other requests read, and read only the bytes before the offset, which no request changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define UPLOAD_MODE 0640

static bool upload_damaged(const struct fs_upload *file, const char *what)
{
	log_error("storage: upload %s: %s", file->upload->id, what);
	return error_set(file->error, E_BLOB_UPLOAD_INVALID);
}

bool fs_upload_init(struct fs_upload *file, struct store *store, const struct store_upload *upload, struct error *error)
{
	struct span maker = upload->offset > 0 ? upload->state : span_of(upload->generation);

	*file = (struct fs_upload){.fs = fs_of(store), .upload = upload, .error = error, .fd = -1};
	if (maker.len == 0) /* of a release that named the file by the session alone */
		memcpy(file->name, upload->id, sizeof upload->id);
	else if (uuid_valid(maker))
		(void)snprintf(file->name, sizeof file->name, "%s.%.*s", upload->id, SPAN_ARG(maker));
	else
		return upload_damaged(file, "its state names no file: was it begun with another storage driver?");
	return true;
}

void fs_upload_close(struct fs_upload *file)
{
	file_close(file->fd);
	file->fd = -1;
}

bool fs_upload_sync_names(struct fs_store *fs, struct error *error)
{
	return file_sync(fs->uploads, LAYOUT_UPLOADS, error);
}

/* False, with the error set, also when the file is shorter than the upload. */
static bool open_whole(struct fs_upload *file, int flags)
{
	struct stat status;

	file->fd = openat(file->fs->uploads, file->name, flags | O_NOFOLLOW | O_CLOEXEC, UPLOAD_MODE);
	if (file->fd < 0 && errno == ENOENT)
		return upload_damaged(file, "its bytes are gone");
	if (file->fd < 0)
		return file_failed(file->error, "open", file->name);
	if (fstat(file->fd, &status) == 0 && (uint64_t)status.st_size >= file->upload->offset)
		return true;
	fs_upload_close(file);
	return upload_damaged(file, "its file is shorter than its acknowledged offset");
}

bool fs_upload_open(struct fs_upload *file)
{
	off_t offset = (off_t)file->upload->offset;

	if (!open_whole(file, O_RDWR | (offset == 0 ? O_CREAT : 0)))
		return false;
	if (ftruncate(file->fd, offset) == 0 && lseek(file->fd, offset, SEEK_SET) >= 0)
		return true;
	(void)file_failed(file->error, "truncate", file->name);
	fs_upload_close(file);
	return false;
}

/* ---- reading the bytes again ---- */

static bool hash_upload(const struct fs_upload *file, struct hasher *hasher)
{
	struct fs_store *fs = file->fs;
	uint64_t left = file->upload->offset;

	while (left > 0) {
		size_t want = left < sizeof fs->chunk ? (size_t)left : sizeof fs->chunk;
		ssize_t got = file_read_some(file->fd, fs->chunk, want, file->name, file->error);

		if (got < 0)
			return false;
		if (got == 0) {
			log_error("storage: %s became shorter while it was read", file->name);
			return error_unavailable(file->error, 0);
		}
		hasher_update(hasher, fs->chunk, (size_t)got);
		left -= (uint64_t)got;
	}
	return true;
}

bool fs_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
		      struct digest *out, struct arena *arena, struct error *error)
{
	struct fs_upload file;
	struct hasher hasher;
	bool ok = true;

	(void)arena;
	hasher_init(&hasher, algorithm);
	if (upload->offset > 0) {
		ok = fs_upload_init(&file, store, upload, error) && open_whole(&file, O_RDONLY) &&
		     hash_upload(&file, &hasher);
		fs_upload_close(&file);
	}
	hasher_final(&hasher, out);
	return ok;
}

/* ---- taking over ---- */

/*
 * The kernel copies, and shares the blocks where the file system can. Bytes that the kernel does not copy go through memory.
 */
static bool copy_upload_bytes(const struct fs_upload *from, const struct fs_upload *to)
{
	const uint64_t step = (uint64_t)1 << 30;
	struct fs_store *fs = from->fs;
	uint64_t left = from->upload->offset;
	ssize_t done;

	while (left > 0 &&
	       (done = copy_file_range(from->fd, NULL, to->fd, NULL, (size_t)(left < step ? left : step), 0)) > 0)
		left -= (uint64_t)done;
	while (left > 0) {
		size_t want = left < sizeof fs->chunk ? (size_t)left : sizeof fs->chunk;

		done = file_read_some(from->fd, fs->chunk, want, from->name, from->error);
		if (done <= 0)
			return done < 0 ? false : error_unavailable(from->error, 0);
		if (!file_write_all(to->fd, fs->chunk, (size_t)done, to->name, to->error))
			return false;
		left -= (uint64_t)done;
	}
	return true;
}

static bool copy_file(struct fs_upload *from, struct fs_upload *to)
{
	bool ok;

	if (!open_whole(from, O_RDONLY))
		return false;
	to->fd = openat(to->fs->uploads, to->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, UPLOAD_MODE);
	ok = (to->fd >= 0 || file_failed(to->error, "create", to->name)) && copy_upload_bytes(from, to) &&
	     file_sync(to->fd, to->name, to->error) && fs_upload_sync_names(to->fs, to->error);
	fs_upload_close(from);
	fs_upload_close(to);
	if (!ok)
		(void)unlinkat(to->fs->uploads, to->name, 0);
	return ok;
}

bool fs_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	struct store_upload taken = *upload;
	struct fs_upload from, to;

	if (upload->offset == 0) /* the first bytes go to a file of the request's own anyway */
		return true;
	taken.state = span_of(arena_strdup(arena, upload->generation));
	if (!fs_upload_init(&to, store, &taken, error) || !fs_upload_init(&from, store, upload, error) ||
	    !copy_file(&from, &to))
		return false;
	*upload = taken;
	return true;
}

/* ---- the end ---- */

void fs_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	struct fs_upload file;
	struct error ignored;

	error_init(&ignored, arena);
	if (fs_upload_init(&file, store, upload, &ignored) && unlinkat(file.fs->uploads, file.name, 0) < 0 &&
	    errno != ENOENT)
		log_warn("storage: upload %s: cannot remove its bytes: %s", upload->id, strerror(errno));
}
