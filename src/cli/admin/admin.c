/* SPDX-License-Identifier: MIT */
/* Command line, configuration, database and transaction of the administration commands. */
#include "admin_priv.h"

#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../host/act_as_priv.h"
#include "berth/meta/change.h"

/* What each CHECK of the schema requires. */
static const struct {
	const char *constraint, *rule;
} rules[] = {
	{"account_name_check", "a name is made of a-z, 0-9 and . _ - + @ between them, and has 100 bytes at most"},
	{"project_path_grammar",
	 "a path is a repository's: parts of a-z, 0-9, and . _ __ - between them, with slashes between the parts"},
	{"project_path_length", "a path has 255 bytes at most"},
	{"access_token_name_grammar", "a token's name is made of letters, digits and . _ -, and has 100 bytes at most"},
	{"account_robot_no_admin", "a robot cannot be an administrator"},
	{"account_robot_without_password", "a robot has no password: make a token with `berth token add`"},
	{"account_password_hash", "the hash is neither bcrypt (cost 4 to 14) nor yescrypt"},
};

static int admin_with_database(struct admin *admin, const struct admin_verb *verb)
{
	struct db *db;
	char reason[512];
	int status;

	if (!config_database_named(admin->app.config)) {
		command_complain(
			"the configuration names no database (database.host or database.dbname); for the database of "
			"`berth serve`, set REGISTRY_DATABASE_HOST to DIR/run/db");
		return COMMAND_CONFIG;
	}
	if (!app_check_schema(&admin->app, reason, sizeof reason)) {
		command_complain("%s", reason);
		return COMMAND_FAILED;
	}
	db = meta_db_new(&admin->app.database);
	if (!db)
		return COMMAND_FAILED;
	admin->meta = (struct meta){db, admin->arena, &admin->error, &admin->who};
	status = verb->run(admin);
	db_free(db);
	return status;
}

/* Under sudo the account that called sudo. */
static const char *admin_actor(struct arena *arena)
{
	const struct passwd *entry = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	if (sudo && *sudo && getuid() == 0)
		return arena_printf(arena, "berth (%s)", sudo);
	return entry ? arena_printf(arena, "berth (%s)", entry->pw_name)
		     : arena_printf(arena, "berth (uid %u)", (unsigned)getuid());
}

/* The actor is read before the process becomes the account of the workers, or of the keys. */
static int admin_run_verb(struct admin *admin, const struct admin_verb *verb, const char *config)
{
	bool offline = admin->noun->offline;
	int status = COMMAND_FAILED;

	if (!app_load(&admin->app, config, environ, stderr))
		return COMMAND_CONFIG;
	admin->who = (struct who){WHO_OPERATOR, admin_actor(admin->arena), "", "", ""};
	if (offline ? act_as_signer(admin->app.config, admin->arena)
		    : act_as_workers(admin->app.config, NULL, false, admin->arena))
		status = offline ? verb->run(admin) : admin_with_database(admin, verb);
	app_release(&admin->app);
	return status;
}

int admin_run(const struct admin_noun *noun, int argc, char **argv, struct arena *arena)
{
	struct admin *admin = arena_alloc(arena, sizeof *admin);
	const struct admin_verb *verb = NULL;
	int count;

	admin->noun = noun;
	admin->arena = arena;
	error_init(&admin->error, arena);
	for (size_t i = 0; argc > 1 && i < noun->verb_count; i++)
		if (strcmp(argv[1], noun->verbs[i].name) == 0)
			verb = &noun->verbs[i];
	if (!verb || !options_read(&admin->options, verb->name, verb->options, argc - 1, argv + 1))
		return command_usage(noun->command);
	admin->print = (struct print_form){option_given(&admin->options, ADMIN_JSON), arena};
	argv += 1 + optind; /* CONFIG and the names */
	count = argc - 1 - optind - 1;
	if (count < verb->least || count > verb->most)
		return command_usage(noun->command);
	for (int i = 0; i < count; i++)
		admin->names[i] = argv[1 + i];
	return admin_run_verb(admin, verb, argv[0]);
}

int admin_misused(const char *reason)
{
	command_complain("%s", reason);
	return COMMAND_USAGE;
}

static const char *admin_subject(const struct admin *admin)
{
	const struct admin_noun *noun = admin->noun;

	if (!admin->names[0])
		return noun->name;
	if (!noun->of)
		return arena_printf(admin->arena, "%s \"%s\"", noun->name, admin->names[0]);
	return arena_printf(admin->arena, "%s \"%s\" %s\"%s\"", noun->name, admin->names[1], noun->of, admin->names[0]);
}

int admin_list(struct admin *admin)
{
	struct meta_table table;

	if (!admin->noun->list(&admin->meta, admin->names, &table))
		return COMMAND_FAILED; /* the log says why */
	return print_list(&table, admin->print);
}

int admin_show(struct admin *admin)
{
	struct meta_table table;

	if (!admin->noun->list(&admin->meta, admin->names, &table))
		return COMMAND_FAILED; /* the log says why */
	if (table.row_count > 0)
		return print_row(&table, admin->print);
	command_complain("no such %s", admin_subject(admin));
	return COMMAND_FAILED;
}

static bool admin_remove_row(const struct meta *meta, void *context, enum meta_change *out)
{
	const struct admin *admin = context;

	return admin->noun->remove(meta, admin->names, out);
}

int admin_remove(struct admin *admin)
{
	return admin_apply(admin, &(struct admin_change){.run = admin_remove_row, .context = admin, .done = "removed"});
}

static const char *rule_of(const char *constraint, struct arena *arena)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rules[i].constraint, constraint) == 0)
			return rules[i].rule;
	return arena_printf(arena, "the database refuses it by the constraint %s", constraint);
}

static int admin_print_done(const struct admin *admin, const char *done)
{
	if (admin->print.json)
		return print_values((const char *const[]){"done"}, &done, 1, admin->print);
	printf("%s\n", done);
	return COMMAND_OK;
}

int admin_apply(struct admin *admin, const struct admin_change *change)
{
	const char *subject = change->subject ? change->subject : admin_subject(admin), *message;
	struct db *db = admin->meta.db;
	enum meta_change end;

	if (!meta_change_admin(&admin->meta, change->run, change->context, &end)) {
		message = *db_message(db) ? db_message(db) : error_message(error_code(&admin->error));
		command_complain("database: %s", message);
		return COMMAND_FAILED;
	}
	switch (end) {
	case META_CHANGED:
		return change->done ? admin_print_done(admin, arena_printf(admin->arena, "%s %s", change->done, subject))
				    : COMMAND_OK;
	case META_CHANGE_UNKNOWN: command_complain("no such %s", change->missing ? change->missing : subject); break;
	case META_CHANGE_EXISTS: command_complain("%s exists already", subject); break;
	case META_CHANGE_REFUSED: command_complain("%s: %s", subject, rule_of(db_constraint(db), admin->arena)); break;
	}
	return COMMAND_FAILED;
}
