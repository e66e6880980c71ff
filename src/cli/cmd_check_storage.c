/* SPDX-License-Identifier: MIT */
/* `berth check-storage`: does with the storage what the registry will do, and says what each step took or why it failed. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "berth/app/app.h"
#include "berth/base/json_write.h"
#include "berth/store/selftest.h"
#include "command_priv.h"
#include "host/act_as_priv.h"

#define STEPS_MEMORY ((size_t)64 << 20)

static const char *const outcome_words[] = {"ok", "skipped", "failed"};

static void print_text(const struct selftest_result *results)
{
	for (const struct selftest_result *result = results; result < results + SELFTEST_STEPS; result++) {
		printf("%-7s %-8s", result->step, outcome_words[result->outcome]);
		if (result->outcome != SELFTEST_SKIPPED)
			printf(" %8.1f ms", (double)result->microseconds / 1000);
		printf("%s%s\n", *result->why ? "  " : "", result->why);
	}
}

static void print_json(const struct selftest_result *results, struct arena *arena)
{
	struct strbuf text;

	strbuf_init(&text, arena, (size_t)1 << 20);
	strbuf_adds(&text, "{\"steps\":[");
	for (const struct selftest_result *result = results; result < results + SELFTEST_STEPS; result++) {
		strbuf_addf(&text, "%s{\"step\":\"%s\",\"outcome\":\"%s\",\"milliseconds\":%.3f,\"why\":",
			    result > results ? "," : "", result->step, outcome_words[result->outcome],
			    (double)result->microseconds / 1000);
		json_escape(&text, span_of(result->why));
		strbuf_addc(&text, '}');
	}
	strbuf_adds(&text, "]}\n");
	fwrite(text.ptr, 1, text.len, stdout);
}

static int test_storage(const struct app *app, bool json, struct arena *arena)
{
	struct selftest_result results[SELFTEST_STEPS];
	char reason[512] = "";
	struct store *store = app_store(app, reason, sizeof reason);
	struct arena steps; /* released before the store is closed */
	bool good;

	if (!store) {
		command_complain("check-storage: %s", reason);
		return COMMAND_FAILED;
	}
	arena_init(&steps, STEPS_MEMORY);
	good = selftest_run(store, app->config->spool, results, &steps);
	arena_release(&steps);
	store_close(store);
	if (json)
		print_json(results, arena);
	else
		print_text(results);
	return good ? COMMAND_OK : COMMAND_FAILED;
}

static int check_storage_run(int argc, char **argv, struct arena *arena)
{
	static const struct option options[] = {
		{"json", no_argument, NULL, 'j'}, {"user", required_argument, NULL, 'u'}, {NULL, 0, NULL, 0}};
	const char *user = NULL;
	bool json = false;
	struct app app;
	int option, status;

	while ((option = getopt_long(argc, argv, "j", options, NULL)) != -1) {
		if (option != 'j' && option != 'u')
			return COMMAND_USAGE;
		json |= option == 'j';
		user = option == 'u' ? optarg : user;
	}
	if (argc - optind != 1)
		return command_usage(&cmd_check_storage);
	if (!app_load(&app, argv[optind], environ, stderr))
		return COMMAND_CONFIG;
	/* root would leave folders that the workers cannot use */
	status = act_as_workers(app.config, user, true, arena) ? test_storage(&app, json, arena) : COMMAND_FAILED;
	app_release(&app);
	return status;
}

const struct command cmd_check_storage = {
	.name = "check-storage",
	.summary = "write, read, copy and delete in the storage, and say what fails",
	.help = "usage: berth check-storage [--json] [--user NAME] CONFIG\n"
		"\n"
		"Does with blobs of its own what the registry does with a client's: reach the storage, write, read a range, upload\n"
		"in parts, copy, sign a URL, fetch from it, list, remove. Prints a line for each step: ok and how long it took,\n"
		"failed and why, or skipped. The database is not touched. As root the command becomes the account of the workers: the owner of\n"
		"the spool or of the storage's folder, else berth.\n"
		"\n"
		"  --user NAME  as root: the account of the workers\n"
		"  -j, --json   one object, {\"steps\": [{\"step\", \"outcome\", \"milliseconds\", \"why\"}]}\n"
		"\n"
		"Exit status: 0 no step failed, 1 a step failed or the storage cannot be opened, 2 wrong usage, 3 wrong\n"
		"configuration.\n",
	.run = check_storage_run,
};
