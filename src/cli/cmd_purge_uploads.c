/* SPDX-License-Identifier: MIT */
/* `berth purge-uploads`: does once and now what the housekeeper does at its interval. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include "berth/app/app.h"
#include "berth/base/limits.h"
#include "berth/core/upload_purge.h"
#include "command_priv.h"
#include "host/act_as_priv.h"

#define NS_PER_S 1000000000

static void purge_uploads_print(void *context, const char *id, const char *path)
{
	(void)context;
	printf("%s %s\n", id, path);
}

static int purge_uploads(const struct app *app, bool dry_run)
{
	_Atomic uint64_t generation = 0;
	struct app_worker *worker = app_worker_new(app, APP_REGISTRY, &generation, NULL);
	struct purged purged;
	struct arena memory;
	bool ok;

	if (!worker)
		return COMMAND_FAILED;
	arena_init(&memory, LIMIT_REQUEST_MEMORY);
	ok = upload_purge(&app_worker_api(worker)->core, &memory, app->config->storage.uploadpurging.age / NS_PER_S,
			  dry_run, purge_uploads_print, NULL, &purged);
	arena_release(&memory);
	app_worker_free(worker);
	if (!ok)
		return COMMAND_FAILED; /* the log says why */
	printf("%s %" PRIu64 " sessions and %" PRIu64 " files without one (%" PRIu64 " bytes)\n",
	       dry_run ? "would purge" : "purged", purged.sessions, purged.swept.count, purged.swept.bytes);
	return COMMAND_OK;
}

static int purge_uploads_run(int argc, char **argv, struct arena *arena)
{
	static const struct option options[] = {
		{"dry-run", no_argument, NULL, 'd'}, {"user", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};
	const char *user = NULL;
	bool dry_run = false;
	char reason[512];
	struct app app;
	int option, status;

	while ((option = getopt_long(argc, argv, "d", options, NULL)) != -1) {
		if (option != 'd' && option != 'u')
			return COMMAND_USAGE;
		dry_run |= option == 'd';
		user = option == 'u' ? optarg : user;
	}
	if (argc - optind != 1)
		return command_usage(&cmd_purge_uploads);
	if (!app_load(&app, argv[optind], environ, stderr))
		return COMMAND_CONFIG;
	if (!act_as_workers(app.config, user, true, arena)) {
		status = COMMAND_FAILED;
	} else if (app_check_schema(&app, reason, sizeof reason) && app_check_store(&app, reason, sizeof reason)) {
		status = purge_uploads(&app, dry_run);
	} else {
		command_complain("purge-uploads: %s", reason);
		status = COMMAND_FAILED;
	}
	app_release(&app);
	return status;
}

const struct command cmd_purge_uploads = {
	.name = "purge-uploads",
	.summary = "remove uploads that were never finished, now",
	.help = "usage: berth purge-uploads [--dry-run] [--user NAME] CONFIG\n"
		"\n"
		"Cancels the upload sessions that no client has written to for storage.maintenance.uploadpurging.age, and prints the id and\n"
		"the repository of each. Removes bytes of that age that belong to no session. May run while the registry serves. The\n"
		"housekeeper of registry.fcgi does the same at storage.maintenance.uploadpurging.interval.\n"
		"\n"
		"  -d, --dry-run   print only, change nothing\n"
		"  --user NAME     as root: the account of the workers, which the command becomes (the owner of the spool or of the folder of\n"
		"                  the storage, else berth)\n"
		"\n"
		"Exit status: 0 done, 1 failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = purge_uploads_run,
};
