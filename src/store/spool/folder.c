/* SPDX-License-Identifier: MIT */
/* Removing what is old from a folder. What is no regular file is left alone. */
#include "folder_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../file_io_priv.h"
#include "berth/store/layout.h"

static bool folder_entry_is_old(const struct folder_sweep *sweep, const char *name, const struct stat *status)
{
	char id[UUID_TEXT_MAX];

	if (!S_ISREG(status->st_mode) || status->st_mtime >= sweep->before)
		return false;
	if (!sweep->claimed)
		return true;
	return layout_upload_session(id, name) && !sweep->claimed(sweep->context, id);
}

static bool sweep_one(const struct folder_sweep *sweep, int folder, const char *name, struct store_swept *out,
		      struct error *error)
{
	struct stat status;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT || file_failed(error, "stat", name);
	if (!folder_entry_is_old(sweep, name, &status))
		return true;
	if (!sweep->dry_run && unlinkat(folder, name, 0) < 0 && errno != ENOENT)
		return file_failed(error, "unlink", name);
	out->count++;
	out->bytes += (uint64_t)status.st_size;
	return true;
}

bool folder_sweep(int at, const char *path, const struct folder_sweep *sweep, struct store_swept *out, struct error *error)
{
	int fd = openat(at, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	bool ok = true;

	if (!folder) {
		file_close(fd);
		return file_failed(error, "open folder", path);
	}
	while (ok && (entry = readdir(folder)))
		ok = sweep_one(sweep, dirfd(folder), entry->d_name, out, error);
	closedir(folder);
	return ok;
}
