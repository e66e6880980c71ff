/* SPDX-License-Identifier: MIT */
/*
 * `berth prepare`: makes the folders of the storage for a web server that starts as root. NGINX changes the owner of the spool by
 * its path. So the folders above the spool are root's, and no other account can put a link in its place.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/store/layout.h"
#include "command_priv.h"
#include "host/accounts_priv.h"
#include "host/trusted_priv.h"

struct preparation {
	const struct unix_account *workers;
	struct arena *arena;
	const char *reason;
};

static bool prepare_fail(struct preparation *prepare, const char *path, const char *why)
{
	prepare->reason = arena_printf(prepare->arena, "%s: %s", path, why);
	return false;
}

/* Gives the open folder to `owner`, and prints its path. False with the reason if it is neither root's nor the workers'. */
static bool prepare_hand_over(struct preparation *prepare, int fd, const char *path, const struct trusted_owner *owner)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return prepare_fail(prepare, path, strerror(errno));
	if (info.st_uid != geteuid() && info.st_uid != prepare->workers->uid)
		return prepare_fail(prepare, path,
				    "belongs to another account than root and the workers: change its owner");
	if ((geteuid() == 0 && fchown(fd, owner->uid, owner->gid) != 0) || fchmod(fd, owner->mode) != 0)
		return prepare_fail(prepare, path, strerror(errno));
	printf("%s\n", path);
	return true;
}

/* Opens or makes the folder `name` in an open folder of root's; -1: the reason is set. Refuses a link in its place. */
static int prepare_open_below(struct preparation *prepare, int above, const char *path, const char *name,
			      const struct trusted_owner *owner)
{
	int fd;

	if (mkdirat(above, name, 0700) != 0 && errno != EEXIST) {
		(void)prepare_fail(prepare, path, strerror(errno));
		return -1;
	}
	fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		(void)prepare_fail(prepare, path,
				   errno == ENOTDIR || errno == ELOOP ? "is not a folder: move it away" : strerror(errno));
		return -1;
	}
	if (prepare_hand_over(prepare, fd, path, owner))
		return fd;
	close(fd);
	return -1;
}

static bool prepare_make_below(struct preparation *prepare, int above, const char *path, const char *name, mode_t mode)
{
	const struct trusted_owner owner = {prepare->workers->uid, prepare->workers->gid, mode};
	int fd = prepare_open_below(prepare, above, arena_printf(prepare->arena, "%s/%s", path, name), name, &owner);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* ROOT and ROOT/berth belong to root, and the workers may read them. The workers own docker, berth/uploads, berth/spool. */
static bool prepare_filesystem(struct preparation *prepare, const char *root)
{
	const struct trusted_owner readable = {geteuid(), prepare->workers->gid, 0750};
	const char *below = arena_printf(prepare->arena, "%s/berth", root);
	int top = trusted_folder(root, &readable, prepare->arena, &prepare->reason), berth = -1;
	bool good = top >= 0 && prepare_hand_over(prepare, top, root, &readable);

	if (good)
		berth = prepare_open_below(prepare, top, below, "berth", &readable);
	good = berth >= 0 && prepare_make_below(prepare, top, root, "docker", 0750) &&
	       prepare_make_below(prepare, berth, below, strrchr(LAYOUT_UPLOADS, '/') + 1, 0750) &&
	       prepare_make_below(prepare, berth, below, strrchr(LAYOUT_SPOOL, '/') + 1, 0700);
	if (berth >= 0)
		close(berth);
	if (top >= 0)
		close(top);
	return good;
}

/* The spool of an object store. trusted_folder refuses it unless all folders above are root's. */
static bool prepare_spool(struct preparation *prepare, const char *path)
{
	const struct trusted_owner owner = {prepare->workers->uid, prepare->workers->gid, 0700};
	int fd = trusted_folder(path, &owner, prepare->arena, &prepare->reason);
	bool good = fd >= 0 && prepare_hand_over(prepare, fd, path, &owner);

	if (fd >= 0)
		close(fd);
	return good;
}

static int prepare_all(const struct config *config, const char *user, struct arena *arena)
{
	const char *const names[ROLES] = {[ROLE_WORKERS] = user};
	struct preparation prepare = {.arena = arena};
	struct accounts accounts;
	bool good = accounts_pick(&accounts, names, ROLE_BIT(ROLE_WORKERS), arena, &prepare.reason);

	prepare.workers = &accounts.of[ROLE_WORKERS];
	if (good && config->storage.driver == CONFIG_DRIVER_FILESYSTEM)
		good = prepare_filesystem(&prepare, config->storage.filesystem.rootdirectory);
	else if (good)
		good = prepare_spool(&prepare, config->spool);
	if (!good)
		command_complain("prepare: %s", prepare.reason);
	return good ? COMMAND_OK : COMMAND_FAILED;
}

static int prepare_run(int argc, char **argv, struct arena *arena)
{
	static const struct option options[] = {{"user", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};
	const struct config *config;
	const char *user = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option != 'u')
			return command_usage(&cmd_prepare);
		user = optarg;
	}
	if (argc - optind != 1)
		return command_usage(&cmd_prepare);
	return command_config(&config, arena, argv[optind]) ? prepare_all(config, user, arena) : COMMAND_CONFIG;
}

const struct command cmd_prepare = {
	.name = "prepare",
	.summary = "make the folders of the storage for a web server that starts as root",
	.help = "usage: berth prepare [--user NAME] CONFIG\n"
		"\n"
		"Makes the folders of the storage and the spool, or takes over existing ones, and prints their paths. Run it before a web\n"
		"server that starts as root, as that of a package does, and stop the registry first. Such a web server gives the spool to\n"
		"the account of its workers by its path, so the folders above the spool become root's. The workers keep the folders docker,\n"
		"berth/uploads and berth/spool of the storage.\n"
		"\n"
		"  --user NAME  the account of the workers and of the web server's workers (berth)\n"
		"\n"
		"Exit status: 0 done, 1 a folder belongs to another account or cannot be made, 2 wrong usage, 3 wrong configuration.\n",
	.run = prepare_run,
};
