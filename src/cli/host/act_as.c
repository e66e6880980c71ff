/* SPDX-License-Identifier: MIT */
/* From the owner of a folder to the account of this process. */
#include "act_as_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../command_priv.h"
#include "trusted_priv.h"

static bool become(const struct unix_account *account, struct arena *arena, const char **reason)
{
	if (unix_account_assume(account))
		return true;
	*reason = arena_printf(arena, "cannot become %s: %s", account->user, strerror(errno));
	return false;
}

/* 1: found; 0: the path is root's; -1: *reason. */
static int owner_of(struct unix_account *out, const char *path, struct arena *arena, const char **reason)
{
	uid_t uid = 0;

	if (!trusted_first_owner(&uid, path, arena, reason))
		return -1;
	if (uid == 0)
		return 0;
	if (unix_account_numbered(out, uid, arena))
		return 1;
	*reason = arena_printf(arena, "%s belongs to uid %u, which has no name", path, (unsigned)uid);
	return -1;
}

static int find_workers(struct unix_account *out, const struct config *config, struct arena *arena, const char **reason)
{
	const char *root = config->storage.driver == CONFIG_DRIVER_FILESYSTEM ? config->storage.filesystem.rootdirectory
									      : "";
	int found = *config->spool == '/' ? owner_of(out, config->spool, arena, reason) : 0;

	return found == 0 && *root == '/' ? owner_of(out, root, arena, reason) : found;
}

static bool said(bool good, const char *reason)
{
	if (!good)
		command_complain("%s", reason);
	return good;
}

static bool make_storage(const struct unix_account *workers, const struct config *config, struct arena *arena,
			 const char **reason)
{
	return config->storage.driver != CONFIG_DRIVER_FILESYSTEM ||
	       unix_account_make_folder(workers, config->storage.filesystem.rootdirectory, 0750, arena, reason);
}

bool act_as_workers(const struct config *config, const char *name, bool must, struct arena *arena)
{
	const char *names[ROLES] = {[ROLE_WORKERS] = name}, *reason = NULL;
	struct accounts accounts;
	const struct unix_account *workers = &accounts.of[ROLE_WORKERS];
	int found = 0;

	if (geteuid() != 0)
		return !name || said(accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS), arena, &reason), reason);
	if (!name)
		found = find_workers(&accounts.of[ROLE_WORKERS], config, arena, &reason);
	if (found == 0 && accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS), arena, &reason))
		found = 1;
	if (found <= 0)
		return (!must && found == 0) || said(false, reason);
	if (must && !said(make_storage(workers, config, arena, &reason), reason))
		return false;
	if (!said(become(workers, arena, &reason), reason))
		return false;
	if (must)
		command_complain("acting as the account %s", workers->user);
	return true;
}

/* Nobody has made the folder yet. */
static bool make_keys(const char *path, struct arena *arena, const char **reason)
{
	const char *const names[ROLES] = {NULL};
	struct accounts accounts;

	return accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS) | ROLE_BIT(ROLE_TOKENS), arena, reason) &&
	       unix_account_make_folder(&accounts.of[ROLE_TOKENS], path, 0750, arena, reason);
}

bool act_as_signer(const struct config *config, struct arena *arena)
{
	const char *path = config->token_service.keys, *reason = NULL;
	struct unix_account owner;
	struct stat info;
	int found;

	if (geteuid() != 0)
		return true;
	found = owner_of(&owner, path, arena, &reason);
	if (found == 0 && lstat(path, &info) != 0) /* in a folder of root's */
		return said(make_keys(path, arena, &reason), reason) && act_as_signer(config, arena);
	return said(found == 0 || (found > 0 && become(&owner, arena, &reason)), reason);
}
