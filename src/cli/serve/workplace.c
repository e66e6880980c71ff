/* SPDX-License-Identifier: MIT */
/* The run folder of `berth serve`. */
#include "workplace_priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../host/trusted_priv.h"

#define LOCK "berth.lock"
#define SOCKET_ROOM 24 /* of the 107 bytes of a socket's path, for what comes behind the folder */

static const char remove_run[] = "an earlier start used other accounts. Remove the run folder: it holds nothing that lasts";
static const char choose_another[] = "choose another folder with --data, or give this one to root";

/* Whether the folder is empty or has the lock file. */
static bool workplace_is_ours(int folder)
{
	DIR *entries = fdopendir(dup(folder));
	const struct dirent *entry;
	bool empty = true;

	if (!entries)
		return false;
	while ((entry = readdir(entries)) != NULL)
		empty &= entry->d_name[0] == '.' && strspn(entry->d_name, ".") == strlen(entry->d_name);
	closedir(entries);
	return empty || faccessat(folder, LOCK, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool workplace_belongs(int folder, const char *path, uid_t uid, const char *advice, struct arena *arena,
			      const char **reason)
{
	struct unix_account owner, wanted;
	struct stat info;

	if (fstat(folder, &info) == 0 && (info.st_uid == uid || geteuid() != 0))
		return true;
	*reason = arena_printf(arena, "%s belongs to %s, not to %s: %s", path,
			       unix_account_numbered(&owner, info.st_uid, arena) ? owner.user : "another account",
			       unix_account_numbered(&wanted, uid, arena) ? wanted.user : "the account of this start",
			       advice);
	return false;
}

/* Opens a folder of the account of this process, which is made if it is missing; -1: *reason. */
static int workplace_open_own(const char *path, mode_t mode, const char *advice, struct arena *arena, const char **reason)
{
	const struct trusted_owner owner = {geteuid(), getegid(), mode};
	int folder = trusted_folder(path, &owner, arena, reason);

	if (folder >= 0 && workplace_belongs(folder, path, geteuid(), advice, arena, reason))
		return folder;
	if (folder >= 0)
		close(folder);
	return -1;
}

/* The lock is held until the process ends: its descriptor is never closed. */
static bool workplace_lock(int folder, const char *path, struct arena *arena, const char **reason)
{
	int fd;

	if (!workplace_is_ours(folder))
		*reason = arena_printf(arena, "%s is no folder that `berth serve` made: choose another one with --data",
				       path);
	else if ((fd = openat(folder, LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		*reason = arena_printf(arena, "%s/" LOCK ": %s", path, strerror(errno));
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		*reason = arena_printf(arena, "another berth serve uses %s: stop it, or choose another folder with --data",
				       path);
	else
		return true;
	return false;
}

/* Adds the folder of one account. */
static bool workplace_add(const char **out, const struct workplace *place, const char *name, const struct unix_account *as,
			  mode_t mode, struct arena *arena, const char **reason)
{
	const struct trusted_owner owner = {as->uid, as->gid, mode};
	int folder;
	bool good;

	*out = arena_printf(arena, "%s/%s", place->dir, name);
	if (!as->user)
		return true;
	folder = trusted_folder(*out, &owner, arena, reason);
	good = folder >= 0 && workplace_belongs(folder, *out, as->uid, remove_run, arena, reason);
	if (folder >= 0)
		close(folder);
	if (!good || unix_account_may(as, *out, R_OK | W_OK | X_OK))
		return good;
	*reason =
		arena_printf(arena, "%s is closed to the account %s: change the mode of a folder above it", *out, as->user);
	return false;
}

static bool workplace_add_all(struct workplace *out, const struct accounts *accounts, struct arena *arena,
			      const char **reason)
{
	const struct unix_account *workers = &accounts->of[ROLE_WORKERS];

	return workplace_add(&out->fcgi, out, "fcgi", workers, 0700, arena, reason) &&
	       workplace_add(&out->web, out, "web", workers, 0700, arena, reason) &&
	       workplace_add(&out->token, out, "token", &accounts->of[ROLE_TOKENS], 0750, arena, reason) &&
	       workplace_add(&out->db, out, "db", &accounts->of[ROLE_DATABASE], 0755, arena, reason);
}

bool workplace_open(struct workplace *out, const char *data, const struct accounts *accounts, struct arena *arena,
		    const char **reason)
{
	bool root = geteuid() == 0, good;
	int above, folder;

	out->dir = arena_printf(arena, "%s/run", data);
	if (strlen(out->dir) + SOCKET_ROOM > 107) {
		*reason = arena_printf(arena,
				       "the path %s is too long for the sockets in it: choose another folder with --data",
				       out->dir);
		return false;
	}
	above = workplace_open_own(data, 0755, choose_another, arena, reason);
	folder = above < 0 ? -1 : workplace_open_own(out->dir, root ? 0755 : 0700, remove_run, arena, reason);
	good = folder >= 0 && workplace_lock(folder, out->dir, arena, reason) &&
	       workplace_add_all(out, accounts, arena, reason);
	if (above >= 0)
		close(above);
	if (folder >= 0)
		close(folder);
	return good;
}
