/* SPDX-License-Identifier: MIT */
/* `berth check-storage`: does with the storage what the registry will do, and says what each step took or why it failed. */
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "berth/app/app.h"
#include "berth/base/json_write.h"
#include "berth/base/log.h"
#include "berth/http/client.h"
#include "berth/store/store.h"
#include "command_priv.h"
#include "host/act_as_priv.h"

#define PAYLOAD ((size_t)64 << 10)
#define STEPS_MEMORY ((size_t)64 << 20)
#define FETCH (-1) /* a step of ours: the signed URL, as a client would */

static const struct step {
	int step;
	const char *name;
	bool needs_object; /* makes no sense once the payload could not be written */
} steps[] = {
	{STORE_REACH, "reach", false}, {STORE_WRITE, "write", false}, {STORE_READ, "read", true},
	{STORE_PARTS, "parts", false}, {STORE_COPY, "copy", true},    {STORE_SIGN, "sign", true},
	{FETCH, "fetch", true},        {STORE_LIST, "list", true},    {STORE_REMOVE, "remove", false},
};

#define STEPS (sizeof steps / sizeof *steps)

enum outcome { OUTCOME_OK, OUTCOME_SKIPPED, OUTCOME_FAILED };

static const char *const outcome_words[] = {"ok", "skipped", "failed"};

struct result {
	enum outcome outcome;
	int64_t microseconds;
	char why[1024];
};

struct check {
	struct store *store;
	struct store_trial trial;
	struct arena *arena;
	struct result results[STEPS];
	bool written, unreachable;
};

static int64_t microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* Bytes that compress badly and differ from place to place. */
static struct span make_payload(struct arena *arena)
{
	char *bytes = arena_alloc(arena, PAYLOAD);
	uint64_t state = 88172645463325252u;

	for (size_t i = 0; i < PAYLOAD; i++) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		bytes[i] = (char)state;
	}
	return (struct span){bytes, PAYLOAD};
}

static bool fetch(struct check *check)
{
	struct http_client *client = http_client_new(&(struct http_client_settings){.retries = HTTP_CLIENT_NO_RETRIES});
	struct http_exchange x = {.method = "GET", .url = check->trial.url};
	bool ok = client && http_client_run(client, &x, check->arena);

	if (!ok)
		log_error("%s", client ? x.failure : "out of memory");
	else if (x.status != 200)
		log_error("the signed URL is answered with status %d: %.200s", x.status, x.answer.ptr);
	else if (!span_equal(x.answer, check->trial.payload))
		log_error("the signed URL leads to other bytes than were written");
	ok = ok && x.status == 200 && span_equal(x.answer, check->trial.payload);
	http_client_free(client);
	return ok;
}

static void skip(struct result *result, const char *why)
{
	result->outcome = OUTCOME_SKIPPED;
	(void)snprintf(result->why, sizeof result->why, "%s", why);
}

static void run_step(struct check *check, const struct step *step, struct result *result)
{
	struct error error;
	int64_t begun;
	bool ok;

	if (check->unreachable || (step->needs_object && !check->written)) {
		skip(result, "an earlier step failed");
		return;
	}
	if (step->step == FETCH && !check->trial.url) {
		skip(result, "there is no signed URL");
		return;
	}
	error_init(&error, check->arena);
	log_capture(result->why, sizeof result->why);
	begun = microseconds();
	ok = step->step == FETCH
		     ? fetch(check)
		     : store_try(check->store, (enum store_step)step->step, &check->trial, check->arena, &error);
	result->microseconds = microseconds() - begun;
	log_capture(NULL, 0);
	result->outcome = ok ? OUTCOME_OK : OUTCOME_FAILED;
	if (ok && step->step != FETCH && check->trial.skipped)
		skip(result, "not a thing of this driver, or of this set-up");
	check->written |= step->step == STORE_WRITE && ok;
	check->unreachable |= step->step == STORE_REACH && !ok;
}

static void print_text(const struct check *check)
{
	for (size_t i = 0; i < STEPS; i++) {
		const struct result *result = &check->results[i];

		printf("%-7s %-8s", steps[i].name, outcome_words[result->outcome]);
		if (result->outcome != OUTCOME_SKIPPED)
			printf(" %8.1f ms", (double)result->microseconds / 1000);
		printf("%s%s\n", *result->why ? "  " : "", result->why);
	}
}

static void print_json(const struct check *check)
{
	struct strbuf text;

	strbuf_init(&text, check->arena, (size_t)1 << 20);
	strbuf_adds(&text, "{\"steps\":[");
	for (size_t i = 0; i < STEPS; i++) {
		const struct result *result = &check->results[i];

		strbuf_addf(&text, "%s{\"step\":\"%s\",\"outcome\":\"%s\",\"milliseconds\":%.3f,\"why\":", i ? "," : "",
			    steps[i].name, outcome_words[result->outcome], (double)result->microseconds / 1000);
		json_escape(&text, span_of(result->why));
		strbuf_addc(&text, '}');
	}
	strbuf_adds(&text, "]}\n");
	fwrite(text.ptr, 1, text.len, stdout);
}

static int check_storage(const struct app *app, bool json)
{
	struct arena arena; /* what the store allocates must go before the store */
	struct check check = {.arena = &arena};
	char reason[512] = "";
	bool good = true;

	check.store = app_store(app, reason, sizeof reason);
	if (!check.store) {
		command_complain("check-storage: %s", reason);
		return COMMAND_FAILED;
	}
	arena_init(&arena, STEPS_MEMORY);
	uuid_new(check.trial.id);
	check.trial.payload = make_payload(&arena);
	for (size_t i = 0; i < STEPS; i++) {
		run_step(&check, &steps[i], &check.results[i]);
		good &= check.results[i].outcome != OUTCOME_FAILED;
	}
	(json ? print_json : print_text)(&check);
	arena_release(&arena);
	store_close(check.store);
	return good ? COMMAND_OK : COMMAND_FAILED;
}

static int run(int argc, char **argv, struct arena *arena)
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
	status = act_as_workers(app.config, user, true, arena) ? check_storage(&app, json) : COMMAND_FAILED;
	app_release(&app);
	return status;
}

const struct command cmd_check_storage = {
	.name = "check-storage",
	.summary = "write, read, copy and delete in the storage, and say what fails",
	.help = "usage: berth check-storage [--json] [--user NAME] CONFIG\n"
		"\n"
		"Does with an object of its own what the registry does with blobs: reach, write, read a range, upload in parts,\n"
		"copy, sign a URL, fetch from it, list, remove. Prints a line for each step: ok and how long it took, failed and\n"
		"why, or skipped. The database is not touched. As root the command becomes the account of the workers: the owner of\n"
		"the spool or of the storage's folder, else berth.\n"
		"\n"
		"  --user NAME  as root: the account of the workers\n"
		"  -j, --json   one object, {\"steps\": [{\"step\", \"outcome\", \"milliseconds\", \"why\"}]}\n"
		"\n"
		"Exit status: 0 no step failed, 1 a step failed or the storage cannot be opened, 2 wrong usage, 3 wrong\n"
		"configuration.\n",
	.run = run,
};
