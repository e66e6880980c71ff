/* SPDX-License-Identifier: MIT */
/* System calls with their interruptions handled. */
#include "file_io_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "berth/store/layout.h"

#define FOLDER_MODE 0750
#define RETRY_AFTER_S 10

bool file_failed(struct error *error, const char *what, const char *path)
{
	int cause = errno;

	log_error("storage: %s %s: %s", what, path, strerror(cause));
	if (cause == ENOSPC || cause == EDQUOT)
		return error_set(error, E_STORAGE_FULL);
	return error_unavailable(error, RETRY_AFTER_S);
}

bool file_write_all(int fd, const void *bytes, size_t len, const char *path, struct error *error)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t done = write(fd, at, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return file_failed(error, "write", path);
		at += done;
		len -= (size_t)done;
	}
	return true;
}

ssize_t file_read_some(int fd, void *buffer, size_t len, const char *path, struct error *error)
{
	ssize_t got;

	do
		got = read(fd, buffer, len);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		file_failed(error, "read", path);
	return got;
}

bool file_sync(int fd, const char *path, struct error *error)
{
	/* never tried again: after a failure the kernel may have dropped the dirty pages */
	return fsync(fd) == 0 || file_failed(error, "fsync", path);
}

bool file_sync_folder(int dir, const char *path, struct error *error)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok;

	if (fd < 0)
		return file_failed(error, "open", path);
	ok = file_sync(fd, path, error);
	file_close(fd);
	return ok;
}

bool file_sync_folders(int dir, const char *path, struct error *error)
{
	char part[LAYOUT_PATH_MAX];
	char *slash;

	(void)snprintf(part, sizeof part, "%s", path);
	while (file_sync_folder(dir, part, error)) {
		slash = strrchr(part, '/');
		if (!slash)
			return file_sync_folder(dir, ".", error);
		*slash = '\0';
	}
	return false;
}

static bool make_one(int dir, const char *path, struct error *error)
{
	return mkdirat(dir, path, FOLDER_MODE) == 0 || errno == EEXIST || file_failed(error, "mkdir", path);
}

bool file_make_folders(int dir, const char *path, struct error *error)
{
	char part[LAYOUT_PATH_MAX];

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		(void)snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		if (!make_one(dir, part, error))
			return false;
	}
	return make_one(dir, path, error);
}

void file_close(int fd)
{
	if (fd >= 0)
		(void)close(fd); /* what had to be durable was fsynced before */
}
