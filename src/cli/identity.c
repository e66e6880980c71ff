/* SPDX-License-Identifier: MIT */
/* Choosing and becoming the account that everything runs as. */
#include "identity_priv.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct passwd *account(const char *name)
{
	const struct passwd *found;

	if (geteuid() != 0)
		return getpwuid(geteuid());
	if (name)
		return getpwnam(name);
	found = getpwnam("berth");
	return found ? found : getpwnam("www-data");
}

bool identity_pick(struct identity *out, const char *name, struct arena *arena, const char **reason)
{
	const struct passwd *entry = account(name);
	const struct group *group;

	if (!entry) {
		*reason = arena_printf(arena, "no account \"%s\"; --user names the one to run as", name ? name : "berth");
		return false;
	}
	if (entry->pw_uid == 0) {
		*reason = "the registry does not run as root; --user names an unprivileged account";
		return false;
	}
	if (name && strcmp(name, entry->pw_name) != 0) {
		*reason = "only root can run the registry as another account";
		return false;
	}
	*out = (struct identity){.uid = entry->pw_uid, .gid = entry->pw_gid, .changes = geteuid() == 0};
	out->user = arena_strdup(arena, entry->pw_name);
	group = getgrgid(out->gid);
	out->group = arena_strdup(arena, group ? group->gr_name : out->user);
	return true;
}

bool identity_assume(const struct identity *identity)
{
	if (!identity->changes)
		return true;
	return initgroups(identity->user, identity->gid) == 0 && setgid(identity->gid) == 0 && setuid(identity->uid) == 0;
}

bool identity_may(const struct identity *identity, const char *path, int mode)
{
	int status;
	pid_t pid;

	if (!identity->changes)
		return access(path, mode) == 0;
	pid = fork();
	if (pid == 0)
		_exit(identity_assume(identity) && access(path, mode) == 0 ? 0 : 1);
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool make_one(const struct identity *identity, const char *path, mode_t mode)
{
	if (mkdir(path, mode) != 0)
		return errno == EEXIST;
	return chmod(path, mode) == 0 && (!identity->changes || chown(path, identity->uid, identity->gid) == 0);
}

bool identity_make_folder(const struct identity *identity, const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t len = strlen(path);
	struct stat info;

	if (len >= sizeof part) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(part, path, len + 1);
	for (size_t i = 1; i < len; i++) {
		if (part[i] != '/')
			continue;
		part[i] = '\0';
		if (!make_one(identity, part, 0755))
			return false;
		part[i] = '/';
	}
	if (!make_one(identity, path, mode) || stat(path, &info) != 0)
		return false;
	errno = ENOTDIR;
	return S_ISDIR(info.st_mode);
}
