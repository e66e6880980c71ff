/* SPDX-License-Identifier: MIT */
/* Follows a path part by part, from one open folder to the next. */
#include "trusted_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "path_priv.h"

#define LINKS_MAX 40 /* the bound of the kernel, too */

struct walk {
	struct arena *arena;
	const char **reason;
	const struct trusted_owner *make; /* of a missing folder; NULL: missing folders are not made */
	const char *seen;                 /* the path of `fd` */
	const char *rest;                 /* of the path, from the next part on */
	uid_t stranger;                   /* the account whose folder ended the walk; 0: none */
	unsigned links;
	bool file; /* the last part may be a regular file, which is opened for reading */
	int fd;    /* the folder, or at last the file */
};

static const char *trusted_account_name(uid_t uid, struct arena *arena)
{
	const struct passwd *entry = getpwuid(uid);

	return entry ? arena_strdup(arena, entry->pw_name) : arena_printf(arena, "uid %u", (unsigned)uid);
}

static bool walk_fail(const struct walk *walk, const char *what)
{
	*walk->reason = arena_printf(walk->arena, "%s: %s", what, strerror(errno));
	return false;
}

static bool walk_stop_at(struct walk *walk, const char *path, uid_t uid)
{
	walk->stranger = uid;
	*walk->reason = arena_printf(walk->arena, "%s belongs to %s: root follows no path into a folder of another account",
				     path, trusted_account_name(uid, walk->arena));
	return false;
}

/* Whether other accounts than root can add entries; unless the folder is sticky, they can change root's entries, too. */
static bool folder_is_shared(const struct stat *folder)
{
	return (folder->st_mode & S_IWOTH) || ((folder->st_mode & S_IWGRP) && folder->st_gid != 0);
}

/* Whether root may use entries of the folder `seen`; false with *reason. */
static bool walk_may_use(struct walk *walk, const struct stat *folder)
{
	if (geteuid() != 0)
		return true;
	if (folder->st_uid != 0)
		return walk_stop_at(walk, walk->seen, folder->st_uid);
	if (!folder_is_shared(folder) || (folder->st_mode & S_ISVTX))
		return true;
	*walk->reason = arena_printf(
		walk->arena,
		"other accounts than root can change %s: root uses nothing in it; take their write permission away",
		walk->seen);
	return false;
}

/* Whether root may use this entry of a folder that walk_may_use allows; false with *reason. */
static bool walk_may_enter(struct walk *walk, const struct stat *folder, const struct stat *entry, const char *path)
{
	return geteuid() != 0 || entry->st_uid == 0 || !folder_is_shared(folder) || walk_stop_at(walk, path, entry->st_uid);
}

static bool walk_from_root(struct walk *walk)
{
	if (walk->fd >= 0)
		close(walk->fd);
	walk->seen = "/";
	walk->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return walk->fd >= 0 || walk_fail(walk, "/");
}

/* Takes the next part of the path; "" at its end. */
static const char *walk_take_part(struct walk *walk)
{
	size_t len;
	const char *part;

	walk->rest += strspn(walk->rest, "/");
	len = strcspn(walk->rest, "/");
	part = arena_span(walk->arena, (struct span){walk->rest, len});
	walk->rest += len;
	return part;
}

static bool walk_at_end(const struct walk *walk)
{
	return walk->rest[strspn(walk->rest, "/")] == '\0';
}

static bool walk_follow_link(struct walk *walk, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(walk->fd, name, target, sizeof target - 1);

	if (len < 0)
		return walk_fail(walk, walk->seen);
	target[len] = '\0';
	errno = ELOOP;
	if (++walk->links > LINKS_MAX)
		return walk_fail(walk, walk->seen);
	walk->rest = arena_printf(walk->arena, "%s/%s", target, walk->rest);
	return target[0] != '/' || walk_from_root(walk);
}

static bool walk_make_folder(struct walk *walk, const char *name)
{
	const struct trusted_owner above = {.uid = geteuid(), .gid = getegid(), .mode = 0755};
	const struct trusted_owner *owner = walk_at_end(walk) ? walk->make : &above;
	int fd;
	bool good;

	if (mkdirat(walk->fd, name, 0700) != 0)
		return errno == EEXIST;
	fd = openat(walk->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	good = fd >= 0 && (geteuid() != 0 || fchown(fd, owner->uid, owner->gid) == 0) && fchmod(fd, owner->mode) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

static bool walk_enter(struct walk *walk, const char *name, const char *path, mode_t kind)
{
	bool file = walk->file && walk_at_end(walk) && S_ISREG(kind);
	int fd = openat(walk->fd, name, (file ? O_RDONLY : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return walk_fail(walk, path);
	close(walk->fd);
	walk->fd = fd;
	walk->seen = path;
	return true;
}

/* Goes one part on. The target of a link takes the place of the link in `rest`. */
static bool walk_step(struct walk *walk, const char *name)
{
	const char *path = arena_printf(walk->arena, "%s%s%s", walk->seen, walk->seen[1] ? "/" : "", name);
	struct stat folder, entry;

	if (fstat(walk->fd, &folder) != 0 || !walk_may_use(walk, &folder))
		return false;
	if (fstatat(walk->fd, name, &entry, AT_SYMLINK_NOFOLLOW) != 0 &&
	    (errno != ENOENT || !walk->make || !walk_make_folder(walk, name) ||
	     fstatat(walk->fd, name, &entry, AT_SYMLINK_NOFOLLOW) != 0))
		return walk_fail(walk, path);
	if (!walk_may_enter(walk, &folder, &entry, path))
		return false;
	return S_ISLNK(entry.st_mode) ? walk_follow_link(walk, name) : walk_enter(walk, name, path, entry.st_mode);
}

static bool walk_to(struct walk *walk, const char *path)
{
	const char *name;

	walk->rest = path;
	walk->fd = -1;
	if (!walk_from_root(walk))
		return false;
	while (*(name = walk_take_part(walk)))
		if (!walk_step(walk, name)) {
			close(walk->fd);
			return false;
		}
	return true;
}

int trusted_folder(const char *path, const struct trusted_owner *make, struct arena *arena, const char **reason)
{
	struct walk walk = {.arena = arena, .reason = reason, .make = make};
	int fd;

	if (!walk_to(&walk, path))
		return -1;
	fd = openat(walk.fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		(void)walk_fail(&walk, path);
	close(walk.fd);
	return fd;
}

bool trusted_first_owner(uid_t *out, const char *path, struct arena *arena, const char **reason)
{
	struct walk walk = {.arena = arena, .reason = reason};
	struct stat info = {0};
	bool arrived = walk_to(&walk, path);

	*out = walk.stranger;
	if (!arrived)
		return walk.stranger != 0 || errno == ENOENT;
	if (fstat(walk.fd, &info) == 0)
		*out = info.st_uid;
	close(walk.fd);
	return true;
}

int trusted_open(const char *path, struct arena *arena, const char **reason)
{
	struct walk walk = {.arena = arena, .reason = reason, .file = true};
	struct stat info;

	if (!walk_to(&walk, path))
		return -1;
	if (fstat(walk.fd, &info) == 0 && S_ISREG(info.st_mode))
		return walk.fd;
	*reason = arena_printf(arena, "%s is no regular file", path);
	close(walk.fd);
	return -1;
}

struct span trusted_read(const char *path, size_t most, struct arena *arena, const char **reason)
{
	int fd = trusted_open(path, arena, reason);
	char *bytes;
	size_t len = 0;
	ssize_t got = 1;

	if (fd < 0)
		return (struct span){NULL, 0};
	bytes = arena_alloc(arena, most + 1);
	while (len <= most && (got = read(fd, bytes + len, most + 1 - len)) > 0)
		len += (size_t)got;
	close(fd);
	if (got == 0 && len <= most)
		return (struct span){bytes, len};
	*reason = got < 0 ? arena_printf(arena, "%s: %s", path, strerror(errno))
			  : arena_printf(arena, "%s: is larger than %zu bytes", path, most);
	return (struct span){NULL, 0};
}

static bool trusted_fill(int fd, struct span text, const struct trusted_owner *owner)
{
	while (text.len > 0) {
		ssize_t done = write(fd, text.ptr, text.len);

		if (done < 0 && errno != EINTR)
			return false;
		text = span_after(text, done < 0 ? 0 : (size_t)done);
	}
	return (geteuid() != 0 || fchown(fd, owner->uid, owner->gid) == 0) && fchmod(fd, owner->mode) == 0;
}

bool trusted_write(const char *path, struct span text, const struct trusted_owner *owner, struct arena *arena,
		   const char **reason)
{
	struct walk walk = {.arena = arena, .reason = reason};
	const char *name = strrchr(path, '/') + 1, *fresh = arena_printf(arena, ".%s.new", name);
	struct stat info;
	int fd;
	bool good;

	if (!walk_to(&walk, path_folder(path, arena)))
		return false;
	if (fstat(walk.fd, &info) != 0 || !walk_may_use(&walk, &info)) {
		close(walk.fd);
		return false;
	}
	(void)unlinkat(walk.fd, fresh, 0); /* left by a process that was killed while it wrote */
	fd = openat(walk.fd, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	good = fd >= 0 && trusted_fill(fd, text, owner);
	good = (fd < 0 || close(fd) == 0) && good && renameat(walk.fd, fresh, walk.fd, name) == 0;
	if (!good)
		(void)walk_fail(&walk, path);
	close(walk.fd);
	return good;
}
