/* SPDX-License-Identifier: MIT */
/* Options, configuration, database and transaction of the administration commands. */
#include "admin_priv.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../host/act_as_priv.h"
#include "berth/base/limits.h"
#include "berth/meta/meta.h"

#define NO no_argument
#define VALUE required_argument

static const struct option long_options[] = {
	{"json", NO, NULL, ADMIN_JSON},
	{"admin", NO, NULL, ADMIN_ADMIN},
	{"no-admin", NO, NULL, ADMIN_NO_ADMIN},
	{"robot", NO, NULL, ADMIN_ROBOT},
	{"disable", NO, NULL, ADMIN_DISABLE},
	{"enable", NO, NULL, ADMIN_ENABLE},
	{"password", NO, NULL, ADMIN_PASSWORD},
	{"generate", NO, NULL, ADMIN_GENERATE},
	{"hashed", NO, NULL, ADMIN_HASHED},
	{"role", VALUE, NULL, ADMIN_ROLE},
	{"project", VALUE, NULL, ADMIN_PROJECT},
	{"expires", VALUE, NULL, ADMIN_EXPIRES},
	{"visibility", VALUE, NULL, ADMIN_VISIBILITY},
	{"registry", VALUE, NULL, ADMIN_REGISTRY},
	{"new-project-registry", VALUE, NULL, ADMIN_NEW_REGISTRY},
	{"new-project-visibility", VALUE, NULL, ADMIN_NEW_VISIBILITY},
	{"type", VALUE, NULL, ADMIN_TYPE},
	{"bits", VALUE, NULL, ADMIN_BITS},
	{"limit", VALUE, NULL, ADMIN_LIMIT},
	{"all", NO, NULL, ADMIN_ALL},
	{NULL, 0, NULL, 0},
};

/* What the schema's CHECKs ask for, in words. */
static const struct {
	const char *constraint, *rule;
} rules[] = {
	{"account_name_check", "a name is made of a-z, 0-9 and . _ - + @ between them, 100 bytes at most"},
	{"project_path_grammar", "a path is a repository's: a-z, 0-9, and . _ __ - between them, in parts with slashes"},
	{"project_path_length", "a path has 255 bytes at most"},
	{"access_token_name_grammar", "a token's name is made of letters, digits and . _ -, 100 bytes at most"},
	{"account_robot_no_admin", "a robot cannot be an administrator"},
	{"account_robot_without_password", "a robot has no password; give it a token"},
	{"account_password_hash", "that is no bcrypt (cost 4 to 14) or yescrypt hash"},
};

static bool read_options(struct admin *admin, const struct admin_verb *verb, int argc, char **argv)
{
	unsigned taken = verb->options | ADMIN_TAKES(JSON);
	int option;

	optind = 0; /* the verb stands where getopt looks for the command's name */
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option < 0 || option >= ADMIN_OPTIONS)
			return false; /* getopt has said why */
		if (!(taken & (1u << option))) {
			command_complain("%s takes no --%s", verb->name, long_options[option].name);
			return false;
		}
		admin->options[option] = optarg ? optarg : "";
	}
	return true;
}

static bool take_names(struct admin *admin, const struct admin_verb *verb, int argc, char **argv)
{
	admin->name_count = argc - optind - 1;
	if (admin->name_count < verb->least || admin->name_count > verb->most)
		return false;
	for (int i = 0; i < admin->name_count; i++)
		admin->names[i] = argv[optind + 1 + i];
	return true;
}

static int with_database(struct admin *admin, const struct admin_verb *verb)
{
	struct db *db;
	char reason[512];
	int status = COMMAND_FAILED;

	if (!config_database_named(admin->app.config)) {
		command_complain(
			"the configuration names no database (database.host or database.dbname); with the one that "
			"`berth serve` brings, set REGISTRY_DATABASE_HOST to DIR/run/db");
		return COMMAND_CONFIG;
	}
	if (!app_check_schema(&admin->app, reason, sizeof reason)) {
		command_complain("%s", reason);
		return COMMAND_FAILED;
	}
	db = meta_db_new(&admin->app.database);
	if (!db)
		return COMMAND_FAILED;
	admin->meta = (struct meta){db, admin->arena, &admin->error};
	status = verb->run(admin);
	db_free(db);
	return status;
}

/* Who calls: the account behind sudo, too. */
static const char *actor(struct arena *arena)
{
	const struct passwd *entry = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	if (sudo && *sudo && getuid() == 0)
		return arena_printf(arena, "berth (%s)", sudo);
	return entry ? arena_printf(arena, "berth (%s)", entry->pw_name)
		     : arena_printf(arena, "berth (uid %u)", (unsigned)getuid());
}

static int run_verb(struct admin *admin, const struct admin_verb *verb, const char *config)
{
	int status;

	if (!app_load(&admin->app, config, environ, stderr))
		return COMMAND_CONFIG;
	admin->actor = actor(admin->arena);
	if (!(verb->offline ? act_as_signer(admin->app.config, admin->arena)
			    : act_as_workers(admin->app.config, NULL, false, admin->arena)))
		status = COMMAND_FAILED;
	else
		status = verb->offline ? verb->run(admin) : with_database(admin, verb);
	app_release(&admin->app);
	return status;
}

int admin_run(const struct command *command, const struct admin_verb *verbs, size_t count, int argc, char **argv,
	      struct arena *arena)
{
	struct admin *admin = arena_alloc(arena, sizeof *admin);

	admin->arena = arena;
	error_init(&admin->error, arena);
	for (size_t i = 0; argc > 1 && i < count; i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		if (!read_options(admin, &verbs[i], argc - 1, argv + 1) ||
		    !take_names(admin, &verbs[i], argc - 1, argv + 1))
			return command_usage(command);
		return run_verb(admin, &verbs[i], argv[1 + optind]);
	}
	return command_usage(command);
}

struct change {
	struct admin *admin;
	admin_change_fn *fn;
	enum meta_change *out;
};

static bool change_body(struct db *db, void *context, struct error *error)
{
	const struct change *change = context;
	const struct meta *meta = &change->admin->meta;

	(void)db, (void)error;
	/* a change that the schema refuses ends the transaction: nothing of it is to be committed */
	return meta_actor_set(meta, change->admin->actor) && change->fn(meta, change->admin, change->out) &&
	       *change->out == META_CHANGED;
}

bool admin_change(struct admin *admin, admin_change_fn *fn, enum meta_change *out)
{
	struct change change = {admin, fn, out};

	*out = META_CHANGED;
	if (db_transaction(admin->meta.db, change_body, &change, &admin->error) || *out != META_CHANGED)
		return true;
	command_complain("database: %s", *db_message(admin->meta.db) ? db_message(admin->meta.db)
								     : error_message(error_code(&admin->error)));
	return false;
}

static const char *rule_of(const char *constraint)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].constraint, constraint) == 0)
			return rules[i].rule;
	return constraint;
}

int admin_tell(struct admin *admin, admin_change_fn *fn, const char *done, const char *what)
{
	enum meta_change end;

	if (!admin_change(admin, fn, &end))
		return COMMAND_FAILED;
	switch (end) {
	case META_CHANGED: break;
	case META_CHANGE_UNKNOWN: command_complain("no such %s", what); return COMMAND_FAILED;
	case META_CHANGE_EXISTS: command_complain("%s exists already", what); return COMMAND_FAILED;
	case META_CHANGE_REFUSED:
		command_complain("%s: %s", what, rule_of(db_constraint(admin->meta.db)));
		return COMMAND_FAILED;
	}
	if (*done && !admin->options[ADMIN_JSON])
		printf("%s\n", done);
	else if (*done)
		return admin_print_values(admin, (const char *const[]){"done"}, &done, 1);
	return COMMAND_OK;
}

static bool wrong(enum admin_option option, const char *wanted, const char *given)
{
	command_complain("--%s wants %s, not \"%s\"", long_options[option].name, wanted, given);
	return false;
}

bool admin_switch(const struct admin *admin, enum admin_option option, const char **out)
{
	const char *given = admin->options[option];

	*out = !given ? NULL : strcmp(given, "on") == 0 ? "true" : "false";
	return !given || strcmp(given, "on") == 0 || strcmp(given, "off") == 0 || wrong(option, "on or off", given);
}

bool admin_visibility(const struct admin *admin, enum admin_option option, const char **out)
{
	enum meta_visibility visibility;

	*out = admin->options[option];
	return !*out || meta_visibility_parse(&visibility, span_of(*out)) ||
	       wrong(option, "private, internal or public", *out);
}

bool admin_role(const struct admin *admin, enum meta_role *out)
{
	const char *given = admin->options[ADMIN_ROLE];

	*out = meta_role_parse(span_of(given));
	return !given || *out != META_ROLE_NONE || wrong(ADMIN_ROLE, "reporter, developer or maintainer", given);
}

bool admin_seconds(const struct admin *admin, int64_t *out)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'m', 60}, {'h', 3600}, {'d', 86400}};
	const char *given = admin->options[ADMIN_EXPIRES];
	size_t len = given ? strlen(given) : 0;
	uint64_t number;

	*out = 0;
	if (!given)
		return true;
	for (size_t i = 0; len > 1 && i < sizeof units / sizeof *units; i++)
		if (given[len - 1] == units[i].unit && span_to_u64((struct span){given, len - 1}, &number) && number > 0 &&
		    number <= 36500) {
			*out = (int64_t)number * units[i].seconds;
			return true;
		}
	return wrong(ADMIN_EXPIRES, "a time like 90d, 12h or 30m", given);
}

bool admin_number(const struct admin *admin, enum admin_option option, uint64_t least, uint64_t most, uint64_t *out)
{
	const char *given = admin->options[option];

	if (!given || (span_to_u64(span_of(given), out) && *out >= least && *out <= most))
		return true;
	return wrong(option,
		     arena_printf(admin->arena, "a number from %llu to %llu", (unsigned long long)least,
				  (unsigned long long)most),
		     given);
}
