/* SPDX-License-Identifier: MIT */
/* What uploads left behind: files of sessions that are gone, and spool files of a web server that died. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "fs_priv.h"

struct sweep {
	time_t before; /* of the last write */
	bool dry_run;
	store_claimed_fn *claimed; /* NULL: nothing in this folder is */
	void *context;
	struct store_swept *out;
};

static bool is_left_behind(const struct sweep *sweep, const char *name, const struct stat *status)
{
	if (!S_ISREG(status->st_mode) || status->st_mtime >= sweep->before)
		return false;
	if (!sweep->claimed)
		return true;
	return uuid_valid(span_of(name)) && !sweep->claimed(sweep->context, name);
}

static bool sweep_one(const struct sweep *sweep, int folder, const char *name, struct error *error)
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || fs_failed(error, "stat", name);
	if (!is_left_behind(sweep, name, &status))
		return true;
	if (!sweep->dry_run && unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return fs_failed(error, "unlink", name);
	sweep->out->count++;
	sweep->out->bytes += (uint64_t)status.st_size;
	return true;
}

static bool sweep_folder(const struct sweep *sweep, int at, const char *path, struct error *error)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool ok = true;

	if (!folder) {
		fs_close(fd);
		return fs_failed(error, "open folder", path);
	}
	while (ok && (entry = readdir(folder)))
		ok = sweep_one(sweep, dirfd(folder), entry->d_name, error);
	closedir(folder);
	return ok;
}

bool fs_sweep(struct store *store, int64_t age, bool dry_run, store_claimed_fn *claimed, void *context,
	      struct store_swept *out, struct error *error)
{
	struct sweep sweep = {time(NULL) - (time_t)age, dry_run, claimed, context, out};

	*out = (struct store_swept){0, 0};
	if (!sweep_folder(&sweep, fs_of(store)->uploads, FS_UPLOADS, error))
		return false;
	sweep.claimed = NULL;
	return sweep_folder(&sweep, fs_of(store)->spool, FS_SPOOL, error);
}
