/* SPDX-License-Identifier: MIT */
/* System calls with their interruptions handled. */
#include "fs_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "fs_path.h"

#define FOLDER_MODE 0750
#define RETRY_AFTER_S 10

bool fs_failed(struct error *error, const char *what, const char *path)
{
	int cause = errno;

	log_error("storage: %s %s: %s", what, path, strerror(cause));
	if (cause == ENOSPC || cause == EDQUOT)
		return error_set(error, E_STORAGE_FULL);
	return error_unavailable(error, RETRY_AFTER_S);
}

bool fs_write_all(int fd, const void *bytes, size_t len, const char *path, struct error *error)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return fs_failed(error, "write", path);
		at += done;
		len -= (size_t)done;
	}
	return true;
}

ssize_t fs_read_some(int fd, void *buffer, size_t len, const char *path, struct error *error)
{
	ssize_t got;

	do
		got = read(fd, buffer, len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		fs_failed(error, "read", path);
	return got;
}

bool fs_sync(int fd, const char *path, struct error *error)
{
	/* never tried again: after a failure the kernel may have dropped the dirty pages */
	return fsync(fd) == 0 || fs_failed(error, "fsync", path);
}

bool fs_sync_folder(int dir, const char *path, struct error *error)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return fs_failed(error, "open", path);
	ok = fs_sync(fd, path, error);
	fs_close(fd);
	return ok;
}

bool fs_sync_folders(int dir, const char *path, struct error *error)
{
	char part[FS_PATH_MAX];
	char *slash;

	(void)snprintf(part, sizeof part, "%s", path);
	while (fs_sync_folder(dir, part, error)) {
		slash = strrchr(part, '/');
		if (!slash)
			return fs_sync_folder(dir, ".", error);
		*slash = '\0';
	}
	return false;
}

static bool make_one(int dir, const char *path, struct error *error)
{
	return mkdirat(dir, path, FOLDER_MODE) == 0 || errno == EEXIST || fs_failed(error, "mkdir", path);
}

bool fs_make_folders(int dir, const char *path, struct error *error)
{
	char part[FS_PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (!make_one(dir, part, error))
			return false;
	}
	return make_one(dir, path, error);
}

void fs_close(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* what had to be durable was fsynced before */
}
