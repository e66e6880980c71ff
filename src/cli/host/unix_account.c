/* SPDX-License-Identifier: MIT */
/* Unix accounts, and processes that become one. */
#include "unix_account_priv.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trusted_priv.h"

static bool account_take(struct unix_account *out, const struct passwd *entry, struct arena *arena)
{
	const struct group *group;

	if (!entry)
		return false;
	*out = (struct unix_account){.uid = entry->pw_uid, .gid = entry->pw_gid, .changes = geteuid() == 0};
	out->user = arena_strdup(arena, entry->pw_name);
	out->home = arena_strdup(arena, entry->pw_dir);
	group = getgrgid(out->gid);
	out->group = arena_strdup(arena, group ? group->gr_name : out->user);
	return true;
}

bool unix_account_named(struct unix_account *out, const char *name, struct arena *arena)
{
	return account_take(out, geteuid() == 0 ? getpwnam(name) : getpwuid(geteuid()), arena);
}

bool unix_account_numbered(struct unix_account *out, uid_t uid, struct arena *arena)
{
	return account_take(out, getpwuid(geteuid() == 0 ? uid : geteuid()), arena);
}

bool unix_account_assume(const struct unix_account *account)
{
	if (!account->changes)
		return true;
	return initgroups(account->user, account->gid) == 0 && setgid(account->gid) == 0 && setuid(account->uid) == 0 &&
	       setenv("HOME", account->home, 1) == 0;
}

bool unix_account_ask(const struct unix_account *account, bool (*fn)(const void *context), const void *context)
{
	int status;
	pid_t pid;

	if (!account->changes)
		return fn(context);
	pid = fork();
	if (pid == 0)
		_exit(unix_account_assume(account) && fn(context) ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct question {
	const char *path;
	int mode;
};

static bool account_may(const void *context)
{
	const struct question *question = context;

	return access(question->path, question->mode) == 0;
}

bool unix_account_may(const struct unix_account *account, const char *path, int mode)
{
	return unix_account_ask(account, account_may, &(const struct question){path, mode});
}

static bool account_make_one(const char *path, mode_t mode)
{
	return mkdir(path, mode) == 0 ? chmod(path, mode) == 0 : errno == EEXIST;
}

/* mkdir -p. False with errno set. */
static bool account_make_all(const void *context)
{
	const struct question *question = context;
	const char *path = question->path;
	char part[PATH_MAX];
	size_t len = strlen(path);
	struct stat info;

	errno = ENAMETOOLONG;
	if (len >= sizeof part)
		return false;
	memcpy(part, path, len + 1);
	for (size_t i = 1; i < len; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (!account_make_one(part, 0755))
			return false;
		part[i] = '/';
	}
	if (!account_make_one(path, (mode_t)question->mode) || stat(path, &info) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(info.st_mode);
}

bool unix_account_make_folder(const struct unix_account *account, const char *path, mode_t mode, struct arena *arena,
			      const char **reason)
{
	const struct trusted_owner owner = {account->uid, account->gid, mode};
	int fd;

	if (unix_account_ask(account, account_make_all, &(const struct question){path, (int)mode}))
		return true;
	if (!account->changes) {
		*reason = arena_printf(arena, "cannot make the folder %s: %s", path, strerror(errno));
		return false;
	}
	fd = trusted_folder(path, &owner, arena, reason);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}
