/* SPDX-License-Identifier: MIT */
/* `berth migrate up|status`: brings the schema of the database to the version of this build. */
#include <stdio.h>
#include <string.h>

#include "berth/app/app.h"
#include "berth/db/migrate.h"
#include "berth/meta/schema.h"
#include "command_priv.h"
#include "host/act_as_priv.h"

static void migrate_print(void *context, const struct db_migration *migration)
{
	(void)context;
	printf("applied %04d %s\n", migration->version, migration->name);
	fflush(stdout);
}

static int migrate_up(struct db *db)
{
	if (!db_migrate_up(db, meta_migrations, meta_migrations_count, migrate_print, NULL)) {
		command_complain("migrate: %s", db_message(db));
		return COMMAND_FAILED;
	}
	printf("schema is at version %d\n", (int)meta_migrations_count);
	return COMMAND_OK;
}

/* The exit status is 1 as long as `up` has something to do, so that scripts can ask. */
static int migrate_status(struct db *db)
{
	int version, known = (int)meta_migrations_count;

	if (!db_migrate_version(db, &version)) {
		command_complain("migrate: %s", db_message(db));
		return COMMAND_FAILED;
	}
	for (size_t i = 0; i < meta_migrations_count; i++)
		printf("%04d %s %s\n", meta_migrations[i].version, meta_migrations[i].name,
		       meta_migrations[i].version <= version ? "applied" : "missing");
	if (version > known)
		printf("the schema is at version %d, which is newer than version %d of this build\n", version, known);
	return version == known ? COMMAND_OK : COMMAND_FAILED;
}

static const struct {
	const char *name;
	int (*run)(struct db *db);
} verbs[] = {{"up", migrate_up}, {"status", migrate_status}};

static int migrate_verb(int (*verb)(struct db *db), const struct config *config)
{
	struct db_settings settings = app_database_settings(config);
	struct db *db = db_new(&settings, NULL, 0);
	int result = COMMAND_FAILED;

	if (!db)
		command_complain("migrate: out of memory");
	else if (!db_connect(db))
		command_complain("migrate: cannot connect to the database: %s", db_message(db));
	else
		result = verb(db);
	db_free(db);
	return result;
}

static int migrate_run(int argc, char **argv, struct arena *arena)
{
	const struct config *config;

	for (size_t i = 0; argc == 3 && i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(argv[1], verbs[i].name) != 0)
			continue;
		if (!command_config(&config, arena, argv[2]))
			return COMMAND_CONFIG;
		if (!config_database_named(config)) {
			command_complain(
				"migrate: %s names no database (database.host or database.dbname). Without one `berth serve` makes a "
				"database of its own, and migrates it",
				argv[2]);
			return COMMAND_CONFIG;
		}
		/* a database with peer authentication knows the account of the workers */
		return act_as_workers(config, NULL, false, arena) ? migrate_verb(verbs[i].run, config) : COMMAND_FAILED;
	}
	return command_usage(&cmd_migrate);
}

const struct command cmd_migrate = {
	.name = "migrate",
	.summary = "bring the database schema up to date, or tell how it stands",
	.help = "usage: berth migrate up CONFIG\n"
		"       berth migrate status CONFIG\n"
		"\n"
		"up      applies the missing migrations to the database, each in a transaction, all under one lock: several machines may run\n"
		"        it at once. It never goes back to an older schema, and refuses a newer one than it knows.\n"
		"status  lists the migrations. Exit status 1 unless the schema has exactly the version of this program.\n"
		"\n"
		"As root the command becomes the account of the workers, if there is one: the owner of the spool or of the folder of the\n"
		"storage, else berth. A database with peer authentication sees that account.\n"
		"\n"
		"Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 wrong configuration.\n",
	.run = migrate_run,
};
