/* SPDX-License-Identifier: MIT */
/*
 * Trying the file system: a file among the uploads, written, synced, linked and renamed as uploads are. The name is a session's,
 * so that the sweep removes what a trial that was killed has left.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_priv.h"

#define RANGE_AT 100
#define RANGE_LENGTH 1000

struct trial {
	struct fs_store *fs;
	struct store_trial *given;
	const char *name, *second;
	struct error *error;
};

static bool reach(const struct trial *trial)
{
	return faccessat(trial->fs->uploads, ".", R_OK | W_OK | X_OK, 0) == 0 ||
	       file_failed(trial->error, "use", LAYOUT_UPLOADS);
}

static bool try_write(const struct trial *trial)
{
	struct span payload = trial->given->payload;
	int fd = openat(trial->fs->uploads, trial->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	bool ok = fd >= 0 || file_failed(trial->error, "create", trial->name);

	ok = ok && file_write_all(fd, payload.ptr, payload.len, trial->name, trial->error) &&
	     file_sync(fd, trial->name, trial->error) && file_sync(trial->fs->uploads, LAYOUT_UPLOADS, trial->error);
	file_close(fd);
	return ok;
}

static bool try_read(const struct trial *trial)
{
	struct span payload = trial->given->payload;
	char bytes[RANGE_LENGTH];
	int fd = openat(trial->fs->uploads, trial->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t got = fd >= 0 ? pread(fd, bytes, sizeof bytes, RANGE_AT) : -1;

	file_close(fd);
	if (got < 0)
		return file_failed(trial->error, "read", trial->name);
	if (got == RANGE_LENGTH && memcmp(bytes, payload.ptr + RANGE_AT, RANGE_LENGTH) == 0)
		return true;
	log_error("storage: %s reads otherwise than it was written", trial->name);
	return error_unavailable(trial->error, 0);
}

/* Into another folder, as a commit does: both must be of one file system. */
static bool try_move(const struct trial *trial)
{
	const struct fs_store *fs = trial->fs;

	if (linkat(fs->uploads, trial->name, fs->spool.folder, trial->second, 0) < 0)
		return file_failed(trial->error, "link into the spool", trial->name);
	if (renameat(fs->spool.folder, trial->second, fs->uploads, trial->second) < 0)
		return file_failed(trial->error, "rename out of the spool", trial->name);
	return true;
}

static bool try_list(const struct trial *trial)
{
	struct stat status;

	if (fstatat(trial->fs->uploads, trial->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return file_failed(trial->error, "stat", trial->name);
	if ((size_t)status.st_size == trial->given->payload.len)
		return true;
	log_error("storage: %s has another size than was written", trial->name);
	return error_unavailable(trial->error, 0);
}

static bool try_remove(const struct trial *trial)
{
	(void)unlinkat(trial->fs->spool.folder, trial->second, 0);
	if ((unlinkat(trial->fs->uploads, trial->name, 0) < 0 && errno != ENOENT) ||
	    (unlinkat(trial->fs->uploads, trial->second, 0) < 0 && errno != ENOENT))
		return file_failed(trial->error, "unlink", trial->name);
	return true;
}

bool fs_try_step(struct store *store, enum store_step step, struct store_trial *given, struct arena *arena,
		 struct error *error)
{
	struct trial trial = {.fs = fs_of(store), .given = given, .name = given->id, .error = error};
	char *second = arena_strdup(arena, given->id);

	second[0] = second[0] == '0' ? '1' : '0'; /* a session's name too */
	trial.second = second;
	switch (step) {
	case STORE_REACH: return reach(&trial);
	case STORE_WRITE: return try_write(&trial);
	case STORE_READ: return try_read(&trial);
	case STORE_COPY: return try_move(&trial);
	case STORE_LIST: return try_list(&trial);
	case STORE_REMOVE: return try_remove(&trial);
	default: break;
	}
	given->skipped = true;
	return true;
}
