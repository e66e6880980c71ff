/* SPDX-License-Identifier: MIT */
/* The connection: lost, replaced, held; and the epoch that tells of it. */
#include "../lib/test.h"
#include "lab.h"

enum { PID, SCHEMA_OF_TAG, COUNT };

static const struct db_statement table[COUNT] = {
	[PID] = {"PID", 0, "SELECT pg_backend_pid()"},
	[SCHEMA_OF_TAG] = {"SCHEMA_OF_TAG", 0,
			   "SELECT relnamespace::regnamespace::text FROM pg_class"
			   " WHERE oid = to_regclass('tag')"},
};

static struct lab lab;
static struct db *db;

static void begin(void)
{
	lab_open(&lab);
	db = lab_connect(&lab, table, COUNT);
}

static void finish(void)
{
	db_free(db);
	lab_close(&lab);
}

static enum db_outcome run(int64_t *pid)
{
	struct db_rows rows;
	enum db_outcome outcome;

	lab_clear(&lab);
	outcome = db_run(db, PID, DB_NO_VALUES, &rows, &lab.arena, &lab.error);
	if (outcome == DB_OK)
		*pid = db_column_i64(&rows, 0, 0);
	return outcome;
}

static void kill_connection(void)
{
	lab_kill(&lab, "live");
}

START_TEST(a_lost_connection_is_replaced_between_statements)
{
	int64_t before = 0, after = 0;

	begin();
	ck_assert_int_eq(run(&before), DB_OK);
	kill_connection();
	ck_assert_int_eq(run(&after), DB_OK);
	ck_assert_int_ne(before, after);
	ck_assert_int_eq(run(&before), DB_OK);
	ck_assert_int_eq(before, after);
	finish();
}
END_TEST

static bool lose_it(struct db *used, void *context, struct error *error)
{
	struct db_rows rows;

	(void)used;
	++*(int *)context;
	ck_assert_int_eq(db_run(db, PID, DB_NO_VALUES, &rows, &lab.arena, error), DB_OK);
	kill_connection();
	ck_assert_int_eq(db_run(db, PID, DB_NO_VALUES, &rows, &lab.arena, error), DB_FAILED);
	return false;
}

START_TEST(a_connection_lost_in_a_transaction_fails_it)
{
	int64_t pid;
	int runs = 0;

	begin();
	ck_assert(!db_transaction(db, lose_it, &runs, &lab.error));
	ck_assert_int_eq(runs, 1);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_ptr_nonnull(error_header_value(&lab.error, "Retry-After"));
	ck_assert_int_eq(run(&pid), DB_OK);
	finish();
}
END_TEST

static bool lose_before_commit(struct db *used, void *context, struct error *error)
{
	(void)used, (void)context, (void)error;
	kill_connection();
	return true;
}

START_TEST(a_connection_lost_before_the_commit_is_no_success)
{
	begin();
	ck_assert(!db_transaction(db, lose_before_commit, NULL, &lab.error));
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	finish();
}
END_TEST

static bool do_nothing(struct db *used, void *context, struct error *error)
{
	(void)used, (void)error;
	++*(int *)context;
	return true;
}

START_TEST(a_transaction_begins_on_a_new_connection_when_the_old_one_is_dead)
{
	int64_t pid;
	int runs = 0;

	begin();
	ck_assert_int_eq(run(&pid), DB_OK);
	kill_connection();
	ck_assert(db_transaction(db, do_nothing, &runs, &lab.error));
	ck_assert_int_eq(runs, 1);
	finish();
}
END_TEST

START_TEST(a_held_connection_is_never_replaced_silently)
{
	int64_t pid = 0;
	int runs = 0;

	begin();
	ck_assert_int_eq(run(&pid), DB_OK);
	db_hold(db);
	kill_connection();
	ck_assert_int_eq(run(&pid), DB_FAILED);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_int_eq(run(&pid), DB_OK);

	db_hold(db);
	kill_connection();
	lab_clear(&lab);
	ck_assert(!db_transaction(db, do_nothing, &runs, &lab.error));
	ck_assert_int_eq(runs, 0);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	finish();
}
END_TEST

START_TEST(a_lock_left_behind_costs_the_connection)
{
	int64_t before = 0, after = 0;

	begin();
	ck_assert_int_eq(run(&before), DB_OK);
	db_tidy(db);
	ck_assert_int_eq(run(&after), DB_OK);
	ck_assert_int_eq(before, after);
	db_hold(db);
	db_release_hold(db);
	db_tidy(db);
	ck_assert_int_eq(run(&after), DB_OK);
	ck_assert_int_eq(before, after);
	db_hold(db);
	db_tidy(db);
	ck_assert_int_eq(run(&after), DB_OK);
	ck_assert_int_ne(before, after);
	finish();
}
END_TEST

START_TEST(a_database_that_is_away_is_503_and_asked_again_later)
{
	struct db_settings settings = {.host = "/nonexistent", .password = {"hunter2"}, .connect_timeout_ms = 1000};
	struct db_rows rows;

	begin();
	db_free(db);
	db = db_new(&settings, table, COUNT);
	for (int i = 0; i < 3; i++) {
		lab_clear(&lab);
		ck_assert_int_eq(db_run(db, PID, DB_NO_VALUES, &rows, &lab.arena, &lab.error), DB_FAILED);
		ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
		ck_assert_ptr_nonnull(error_header_value(&lab.error, "Retry-After"));
	}
	ck_assert(!db_connect(db));
	ck_assert_ptr_nonnull(strstr(db_message(db), "/nonexistent"));
	ck_assert_ptr_null(strstr(db_message(db), "hunter2"));
	finish();
}
END_TEST

static void begin_listening(void)
{
	int64_t pid;

	begin();
	lab.settings.listen = "some channel";
	ck_assert_int_eq(run(&pid), DB_OK);
}

/* A notification is delivered soon after its commit, not with it. */
static void wait_for_epoch(uint64_t before)
{
	time_t since = time(NULL);

	while (db_epoch(db) == before)
		ck_assert_int_lt(time(NULL) - since, 20);
}

START_TEST(the_epoch_grows_with_a_notification)
{
	uint64_t before;

	begin_listening();
	before = db_epoch(db);
	ck_assert_uint_eq(db_epoch(db), before);
	(void)lab_sql(&lab, "NOTIFY \"some channel\"");
	wait_for_epoch(before);
	before = db_epoch(db);
	ck_assert_uint_eq(db_epoch(db), before);
	finish();
}
END_TEST

START_TEST(notifications_of_others_leave_the_epoch_alone)
{
	uint64_t before;
	int64_t pid;

	begin_listening();
	before = db_epoch(db);
	(void)lab_sql(&lab, "NOTIFY other");
	ck_assert_int_eq(run(&pid), DB_OK);
	ck_assert_uint_eq(db_epoch(db), before);
	finish();
}
END_TEST

START_TEST(the_epoch_grows_in_the_first_call_after_a_loss)
{
	uint64_t before;

	begin_listening();
	before = db_epoch(db);
	kill_connection();
	ck_assert_uint_ne(db_epoch(db), before); /* a second call may come after a stale answer */
	finish();
}
END_TEST

START_TEST(after_a_loss_notifications_arrive_again)
{
	uint64_t before;
	int64_t pid;

	begin_listening();
	kill_connection();
	ck_assert_int_eq(run(&pid), DB_OK);
	before = db_epoch(db);
	(void)lab_sql(&lab, "NOTIFY \"some channel\"");
	wait_for_epoch(before);
	finish();
}
END_TEST

START_TEST(no_other_schema_shadows_ours)
{
	struct db_rows rows;

	begin();
	(void)lab_sql(&lab, "CREATE TABLE public.tag (name text)");
	(void)lab_sql(&lab, "CREATE SCHEMA berth"); /* as the user: first in the default search path */
	(void)lab_sql(&lab, "CREATE TABLE berth.tag (name text)");
	ck_assert_int_eq(db_run(db, SCHEMA_OF_TAG, DB_NO_VALUES, &rows, &lab.arena, &lab.error), DB_OK);
	ck_assert(span_is(db_column(&rows, 0, 0), "public"));
	finish();
}
END_TEST

TEST_FILE(connection, a_lost_connection_is_replaced_between_statements, a_connection_lost_in_a_transaction_fails_it,
	  a_connection_lost_before_the_commit_is_no_success,
	  a_transaction_begins_on_a_new_connection_when_the_old_one_is_dead, a_held_connection_is_never_replaced_silently,
	  a_lock_left_behind_costs_the_connection, a_database_that_is_away_is_503_and_asked_again_later,
	  the_epoch_grows_with_a_notification, notifications_of_others_leave_the_epoch_alone,
	  the_epoch_grows_in_the_first_call_after_a_loss, after_a_loss_notifications_arrive_again,
	  no_other_schema_shadows_ours)
