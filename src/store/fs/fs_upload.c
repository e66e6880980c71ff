/* SPDX-License-Identifier: MIT */
/*
 * The file of an upload, in berth/uploads.
 *
 * Behind the upload's offset the file may hold what a broken-off append or a crash left: whoever adds bytes cuts it back first.
 * A request cuts back and adds only to a file that it made, or of which the session's row says that no other request writes to
 * it. Everybody else reads, and reads only the bytes before the offset, which nobody changes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define UPLOAD_MODE 0640

static bool damaged(const struct store_upload *upload, const char *what, struct error *error)
{
	log_error("storage: upload %s: %s", upload->id, what);
	return error_set(error, E_BLOB_UPLOAD_INVALID);
}

bool fs_upload_name(struct fs_name *out, const struct store_upload *upload, struct error *error)
{
	struct span maker = upload->offset > 0 ? upload->state : span_of(upload->generation);

	if (maker.len == 0) /* of a release that named the file by the session alone */
		memcpy(out->text, upload->id, sizeof upload->id);
	else if (uuid_valid(maker))
		(void)snprintf(out->text, sizeof out->text, "%s.%.*s", upload->id, SPAN_ARG(maker));
	else
		return damaged(upload, "its state names no file: was it begun with another storage driver?", error);
	return true;
}

bool fs_upload_sync_names(struct fs_store *fs, struct error *error)
{
	return file_sync(fs->uploads, LAYOUT_UPLOADS, error);
}

/* -1 with the error set, also when the file is shorter than the upload. */
static int open_whole(struct fs_store *fs, const struct store_upload *upload, const struct fs_name *name, int flags,
		      struct error *error)
{
	int fd = openat(fs->uploads, name->text, flags | O_NOFOLLOW | O_CLOEXEC, UPLOAD_MODE);
	struct stat status;

	if (fd < 0) {
		if (errno == ENOENT)
			damaged(upload, "its bytes are gone", error);
		else
			file_failed(error, "open", name->text);
		return -1;
	}
	if (fstat(fd, &status) == 0 && (uint64_t)status.st_size >= upload->offset)
		return fd;
	damaged(upload, "its file is shorter than its acknowledged offset", error);
	file_close(fd);
	return -1;
}

int fs_upload_open(struct fs_store *fs, const struct store_upload *upload, const struct fs_name *name, struct error *error)
{
	int fd = open_whole(fs, upload, name, O_RDWR | (upload->offset == 0 ? O_CREAT : 0), error);

	if (fd < 0)
		return -1;
	if (ftruncate(fd, (off_t)upload->offset) == 0 && lseek(fd, (off_t)upload->offset, SEEK_SET) >= 0)
		return fd;
	file_failed(error, "truncate", name->text);
	file_close(fd);
	return -1;
}

/* ---- reading the bytes again ---- */

static bool hash_file(struct fs_store *fs, int fd, const struct fs_name *name, uint64_t left, struct hasher *hasher,
		      struct error *error)
{
	while (left > 0) {
		size_t want = left < sizeof fs->chunk ? (size_t)left : sizeof fs->chunk;
		ssize_t got = file_read_some(fd, fs->chunk, want, name->text, error);

		if (got < 0)
			return false;
		if (got == 0) {
			log_error("storage: %s became shorter while it was read", name->text);
			return error_unavailable(error, 0);
		}
		hasher_update(hasher, fs->chunk, (size_t)got);
		left -= (uint64_t)got;
	}
	return true;
}

bool fs_digest_upload(struct store *store, const struct store_upload *upload, enum digest_algorithm algorithm,
		      struct digest *out, struct arena *arena, struct error *error)
{
	struct fs_store *fs = fs_of(store);
	struct fs_name name;
	struct hasher hasher;
	bool ok = true;
	int fd;

	(void)arena;
	hasher_init(&hasher, algorithm);
	if (upload->offset > 0) {
		if (!fs_upload_name(&name, upload, error))
			return false;
		fd = open_whole(fs, upload, &name, O_RDONLY, error);
		ok = fd >= 0 && hash_file(fs, fd, &name, upload->offset, &hasher, error);
		file_close(fd);
	}
	hasher_final(&hasher, out);
	return ok;
}

/* ---- taking over ---- */

static bool copy_through_memory(struct fs_store *fs, int from, int to, uint64_t left, const struct fs_name *name,
				struct error *error)
{
	while (left > 0) {
		size_t want = left < sizeof fs->chunk ? (size_t)left : sizeof fs->chunk;
		ssize_t got = file_read_some(from, fs->chunk, want, name->text, error);

		if (got <= 0)
			return got < 0 ? false : error_unavailable(error, 0);
		if (!file_write_all(to, fs->chunk, (size_t)got, name->text, error))
			return false;
		left -= (uint64_t)got;
	}
	return true;
}

/* The kernel copies, and shares the blocks where the file system can. What it does not copy goes through memory. */
static bool copy_bytes(struct fs_store *fs, int from, int to, uint64_t left, const struct fs_name *name,
		       struct error *error)
{
	const uint64_t step = (uint64_t)1 << 30;
	ssize_t done;

	while (left > 0 && (done = copy_file_range(from, NULL, to, NULL, (size_t)(left < step ? left : step), 0)) > 0)
		left -= (uint64_t)done;
	return copy_through_memory(fs, from, to, left, name, error);
}

static bool copy_upload(struct fs_store *fs, const struct store_upload *upload, const struct fs_name *to,
			struct error *error)
{
	struct fs_name from;
	int source, copy;
	bool ok;

	if (!fs_upload_name(&from, upload, error))
		return false;
	source = open_whole(fs, upload, &from, O_RDONLY, error);
	if (source < 0)
		return false;
	copy = openat(fs->uploads, to->text, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, UPLOAD_MODE);
	ok = (copy >= 0 || file_failed(error, "create", to->text)) &&
	     copy_bytes(fs, source, copy, upload->offset, to, error) && file_sync(copy, to->text, error) &&
	     fs_upload_sync_names(fs, error);
	file_close(source);
	file_close(copy);
	if (!ok)
		(void)unlinkat(fs->uploads, to->text, 0);
	return ok;
}

bool fs_take_over(struct store *store, struct store_upload *upload, struct arena *arena, struct error *error)
{
	struct store_upload taken = *upload;
	struct fs_name name;

	if (upload->offset == 0) /* the first bytes go to a file of the request's own anyway */
		return true;
	taken.state = span_of(arena_strdup(arena, upload->generation));
	if (!fs_upload_name(&name, &taken, error) || !copy_upload(fs_of(store), upload, &name, error))
		return false;
	*upload = taken;
	return true;
}

/* ---- the end ---- */

void fs_abort(struct store *store, const struct store_upload *upload, struct arena *arena)
{
	struct fs_name name;
	struct error ignored;

	error_init(&ignored, arena);
	if (fs_upload_name(&name, upload, &ignored) && unlinkat(fs_of(store)->uploads, name.text, 0) < 0 && errno != ENOENT)
		log_warn("storage: upload %s: cannot remove its bytes: %s", upload->id, strerror(errno));
}
