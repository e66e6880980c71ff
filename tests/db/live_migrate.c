/* SPDX-License-Identifier: MIT */
/* Migrations that go wrong, with lists of the tests' own. */
#include "../lib/test.h"
#include "berth/db/migrate.h"
#include "lab.h"

static const struct db_migration good[] = {
	{.version = 1, .name = "0001_a", .text = "CREATE TABLE a (x integer);\nINSERT INTO a VALUES (1);"},
	{.version = 2, .name = "0002_b", .text = "CREATE TABLE b (x integer)"},
};
static const struct db_migration broken[] = {
	{.version = 1, .name = "0001_a", .text = "CREATE TABLE a (x integer);\nINSERT INTO a VALUES (1);"},
	{.version = 2, .name = "0002_b", .text = "CREATE TABLE b (x integer); CREATE TABLE a (y integer)"},
};

/* Fills table a by one row a call, and commits it itself: only possible outside of a transaction. */
static const struct db_migration filling[] = {
	{.version = 1,
	 .name = "0001_a",
	 .text = "CREATE TABLE a (x integer CHECK (x < 3));"
		 "CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$"
		 "BEGIN INSERT INTO a SELECT count(*) FROM a; COMMIT; END $$",
	 .after = "CALL fill()"},
	{.version = 2, .name = "0002_b", .text = "CREATE TABLE b (x integer)"},
};

static struct lab lab;
static struct db *db;
static int told_of[8], told_count;

static void tell(void *context, const struct db_migration *migration)
{
	(void)context;
	told_of[told_count++] = migration->version;
}

static void begin(void)
{
	lab_open(&lab);
	db = lab_connect(&lab, NULL, 0);
}

static void finish(void)
{
	db_free(db);
	lab_close(&lab);
}

static int version(void)
{
	int found = -1;

	ck_assert(db_migrate_version(db, &found));
	return found;
}

static bool table_exists(const char *name)
{
	return lab_sql(&lab, "SELECT (to_regclass('%s') IS NOT NULL)::integer", name) == 1;
}

START_TEST(all_that_is_missing_is_applied_in_order)
{
	begin();
	ck_assert_int_eq(version(), 0);
	ck_assert(db_migrate_up(db, good, 1, tell, NULL));
	ck_assert_int_eq(version(), 1);
	ck_assert(db_migrate_up(db, good, 2, tell, NULL));
	ck_assert(db_migrate_up(db, good, 2, tell, NULL));
	ck_assert_int_eq(version(), 2);
	ck_assert_int_eq(told_count, 2);
	ck_assert(told_of[0] == 1 && told_of[1] == 2);
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM a"), 1);
	finish();
}
END_TEST

START_TEST(a_broken_one_leaves_nothing_of_itself_and_those_before)
{
	begin();
	ck_assert(!db_migrate_up(db, broken, 2, tell, NULL));
	ck_assert_str_eq(db_message(db), "migration 0002_b: relation \"a\" already exists");
	ck_assert_int_eq(told_count, 1);
	ck_assert_int_eq(version(), 1);
	ck_assert(!table_exists("b"));
	ck_assert(db_migrate_up(db, good, 2, tell, NULL)); /* and gave the lock back */
	finish();
}
END_TEST

START_TEST(what_this_program_does_not_know_is_refused)
{
	struct db_migration edited = good[0];

	begin();
	ck_assert(db_migrate_up(db, good, 2, tell, NULL));
	ck_assert(!db_migrate_up(db, good, 1, tell, NULL));
	ck_assert_str_eq(db_message(db), "the database has schema version 2, newer than this program's 1");
	(void)lab_sql(&lab, "DELETE FROM schema_migration WHERE version = 2");
	edited.text = "CREATE TABLE a (x bigint)";
	ck_assert(!db_migrate_up(db, &edited, 1, tell, NULL));
	ck_assert_str_eq(db_message(db), "migration 0001_a was applied with another text than this program's");
	finish();
}
END_TEST

START_TEST(what_comes_after_runs_with_each_call_and_can_commit)
{
	begin();
	ck_assert_msg(db_migrate_up(db, filling, 1, tell, NULL), "%s", db_message(db));
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM a"), 1);
	ck_assert(db_migrate_up(db, filling, 2, tell, NULL));
	ck_assert_int_eq(lab_sql(&lab, "SELECT count(*) FROM a"), 2);
	finish();
}
END_TEST

START_TEST(what_fails_afterwards_fails_the_call_and_leaves_the_migrations)
{
	begin();
	for (int i = 0; i < 3; i++)
		ck_assert(db_migrate_up(db, filling, 2, tell, NULL));
	ck_assert(!db_migrate_up(db, filling, 2, tell, NULL));
	ck_assert_msg(strncmp(db_message(db), "after migration 0001_a: new row", 31) == 0, "%s", db_message(db));
	ck_assert_int_eq(version(), 2);
	finish();
}
END_TEST

START_TEST(a_failure_always_has_a_reason)
{
	begin();
	(void)lab_sql(&lab, "CREATE TABLE schema_migration (version integer PRIMARY KEY)"); /* somebody else's */
	ck_assert(!db_migrate_up(db, good, 2, tell, NULL));
	ck_assert_msg(strstr(db_message(db), "hash") != NULL, "\"%s\"", db_message(db));
	ck_assert(!table_exists("a"));
	finish();
}
END_TEST

TEST_FILE(migrate, all_that_is_missing_is_applied_in_order, a_broken_one_leaves_nothing_of_itself_and_those_before,
	  what_this_program_does_not_know_is_refused, what_comes_after_runs_with_each_call_and_can_commit,
	  what_fails_afterwards_fails_the_call_and_leaves_the_migrations, a_failure_always_has_a_reason)
