/* SPDX-License-Identifier: MIT */
/* Turns a process of root into the account that owns a folder. */
#include "act_as_priv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../command_priv.h"
#include "trusted_priv.h"

static bool act_become(const struct unix_account *account, struct arena *arena, const char **reason)
{
	if (unix_account_assume(account))
		return true;
	*reason = arena_printf(arena, "cannot become %s: %s", account->user, strerror(errno));
	return false;
}

/* Returns 1 when *out is the account that the path leads into, 0 when all of the path is root's, -1 with *reason. */
static int act_owner_of(struct unix_account *out, const char *path, struct arena *arena, const char **reason)
{
	uid_t uid = 0;

	if (!trusted_first_owner(&uid, path, arena, reason))
		return -1;
	if (uid == 0)
		return 0;
	if (unix_account_numbered(out, uid, arena))
		return 1;
	*reason = arena_printf(arena, "%s belongs to uid %u, which is no account of this machine: give it to one", path,
			       (unsigned)uid);
	return -1;
}

static int act_find_workers(struct unix_account *out, const struct config *config, struct arena *arena, const char **reason)
{
	const char *root = config->storage.driver == CONFIG_DRIVER_FILESYSTEM ? config->storage.filesystem.rootdirectory
									      : "";
	int found = *config->spool == '/' ? act_owner_of(out, config->spool, arena, reason) : 0;

	return found == 0 && *root == '/' ? act_owner_of(out, root, arena, reason) : found;
}

static bool act_say(bool good, const char *reason)
{
	if (!good)
		command_complain("%s", reason);
	return good;
}

static bool act_make_storage(const struct unix_account *workers, const struct config *config, struct arena *arena,
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
		return !name || act_say(accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS), arena, &reason), reason);
	if (!name)
		found = act_find_workers(&accounts.of[ROLE_WORKERS], config, arena, &reason);
	if (found == 0 && accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS), arena, &reason))
		found = 1;
	if (found <= 0)
		return (!must && found == 0) || act_say(false, reason);
	if (must && !act_say(act_make_storage(workers, config, arena, &reason), reason))
		return false;
	if (!act_say(act_become(workers, arena, &reason), reason))
		return false;
	if (must)
		command_complain("acting as the account %s", workers->user);
	return true;
}

/* Makes the folder of keys for the token service. */
static bool act_make_keys(const char *path, struct arena *arena, const char **reason)
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
	found = act_owner_of(&owner, path, arena, &reason);
	if (found == 0 && lstat(path, &info) != 0) /* missing, in a folder of root's */
		return act_say(act_make_keys(path, arena, &reason), reason) && act_as_signer(config, arena);
	return act_say(found == 0 || (found > 0 && act_become(&owner, arena, &reason)), reason);
}
