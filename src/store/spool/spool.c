/* SPDX-License-Identifier: MIT */
/* Spooled files: found where the web server may have put them, and nowhere else. */
#include "spool_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/base/log.h"
#include "berth/base/uuid.h"
#include "berth/store/spool_bounds.h"
#include "../file_io_priv.h"
#include "berth/store/layout.h"

/* ---- names ---- */

static bool is_name_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool spool_name(struct span *out, const char *spool, const char *path)
{
	struct span name = span_of(path);

	if (!span_starts(name, spool))
		return false;
	name = span_after(name, strlen(spool));
	if (name.len < 2 || name.ptr[0] != '/')
		return false;
	name = span_after(name, 1);
	for (size_t i = 0; i < name.len; i++) {
		bool slash = name.ptr[i] == '/';

		/* an empty part would make the name absolute, or another spelling of a folder */
		if (slash ? i == 0 || i + 1 == name.len || name.ptr[i - 1] == '/' : !is_name_character(name.ptr[i]))
			return false;
	}
	*out = name;
	return true;
}

/* ---- files ---- */

static bool spool_refuse(const struct spool *spool, const char *path, struct error *error)
{
	log_error("storage: spool file %s is no file below %s: refused", path, spool->path);
	return error_unavailable(error, 0);
}

static bool is_taken_back(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & 0777) == SPOOL_TAKEN_MODE;
}

static bool was_taken_back(const char *path, struct error *error)
{
	log_info("storage: spool file %s: its bytes were taken back while it was written", path);
	return error_setf(error, E_STORAGE_FULL, "there was no room for the whole upload");
}

/* The mark is looked for under the lock. An account that reads everything (root) gets past the first of the two. */
static int open_locked(const struct spooled *spooled, const char *path, struct error *error)
{
	int fd = openat(spooled->folder, spooled->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd >= 0 && flock(fd, LOCK_SH) == 0 && !is_taken_back(fd))
		return fd;
	if ((fd >= 0 && is_taken_back(fd)) || (fstatat(spooled->folder, spooled->name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
					       (status.st_mode & 0777) == SPOOL_TAKEN_MODE))
		(void)was_taken_back(path, error);
	else
		(void)file_failed(error, "open spool file", path);
	file_close(fd);
	return -1;
}

static bool lock(struct spooled *spooled, const char *path, struct error *error)
{
	spooled->lock = open_locked(spooled, path, error);
	return spooled->lock >= 0;
}

bool spool_find(const struct spool *spool, const char *path, struct spooled *out, struct error *error)
{
	struct span name, part;
	struct stat status;

	out->folder = out->lock = -1;
	if (!spool_name(&name, spool->path, path))
		return spool_refuse(spool, path, error);
	out->name = name.ptr;
	out->folder = openat(spool->folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	while (out->folder >= 0 && span_split(&name, '/', &part) && name.ptr) {
		char text[NAME_MAX + 1];
		int parent = out->folder;

		(void)snprintf(text, sizeof text, "%.*s", SPAN_ARG(part));
		out->folder = openat(parent, text, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		out->name = name.ptr;
		file_close(parent);
	}
	if (out->folder < 0 || fstatat(out->folder, out->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
		return file_failed(error, "open spool file", path);
	return (S_ISREG(status.st_mode) || spool_refuse(spool, path, error)) && lock(out, path, error);
}

void spool_release(struct spooled *spooled)
{
	file_close(spooled->lock);
	file_close(spooled->folder);
}

int spool_open_found(const struct spooled *spooled, const char *path, struct error *error)
{
	return open_locked(spooled, path, error);
}

/* Where the file system knows no files without a name. */
static int temporary_by_name(const struct spool *spool)
{
	char name[UUID_TEXT_MAX];
	int fd;

	uuid_new(name);
	fd = openat(spool->folder, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)unlinkat(spool->folder, name, 0);
	return fd;
}

int spool_temporary(const struct spool *spool, struct error *error)
{
	int fd = openat(spool->folder, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
		fd = temporary_by_name(spool);
	if (fd < 0)
		file_failed(error, "make a file in", spool->path);
	return fd;
}
