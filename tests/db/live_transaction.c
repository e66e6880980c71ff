/* SPDX-License-Identifier: MIT */
/* What a failed statement means, and what a transaction makes of it. */
#include "../lib/test.h"
#include "lab.h"

enum { RAISE, ADD, BUMP, PATIENCE, PART, COUNT };

static const struct db_statement table[COUNT] = {
	[RAISE] = {"RAISE", 1, "SELECT raise($1::text)"},
	[ADD] = {"ADD", 1, "INSERT INTO item (id) VALUES ($1::bigint)"},
	[BUMP] = {"BUMP", 1, "UPDATE item SET bumped = bumped + 1 WHERE id = $1::bigint"},
	[PART] = {"PART", 1, "INSERT INTO part (item) VALUES ($1::bigint)"},
	[PATIENCE] = {"PATIENCE", 0, "SELECT set_config('lock_timeout', '20ms', true)"},
};

static struct lab lab;
static struct db *db;

static void begin(void)
{
	lab_open(&lab);
	(void)lab_sql(&lab, "CREATE TABLE item (id bigint CONSTRAINT item_id_unique PRIMARY KEY,"
			    " bumped bigint NOT NULL DEFAULT 0)");
	(void)lab_sql(&lab, "INSERT INTO item (id) VALUES (1), (2)");
	(void)lab_sql(&lab, "CREATE TABLE part (item bigint REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)");
	(void)lab_sql(&lab, "CREATE FUNCTION raise(state text) RETURNS void LANGUAGE plpgsql AS"
			    " $$ BEGIN RAISE EXCEPTION 'raised' USING ERRCODE = state; END $$");
	db = lab_connect(&lab, table, COUNT);
}

static void finish(void)
{
	db_free(db);
	lab_close(&lab);
}

static enum db_outcome run(struct db *on, int statement, struct db_value value)
{
	struct db_rows rows;

	return db_run(on, statement, DB_VALUES(value), &rows, &lab.arena, &lab.error);
}

static const struct {
	const char *state;
	enum db_outcome alone;
	enum error_code error;  /* of that */
	enum db_outcome inside; /* in a transaction; the error is the same */
} states[] = {
	{"23505", DB_CONSTRAINT, E_NONE, DB_CONSTRAINT}, /* unique_violation */
	{"23503", DB_CONSTRAINT, E_NONE, DB_CONSTRAINT}, /* foreign_key_violation */
	{"23514", DB_CONSTRAINT, E_NONE, DB_CONSTRAINT}, /* check_violation */
	{"40001", DB_FAILED, E_UNAVAILABLE, DB_RETRY},   /* serialization_failure */
	{"40P01", DB_FAILED, E_UNAVAILABLE, DB_RETRY},   /* deadlock_detected */
	{"55P03", DB_BUSY, E_NONE, DB_BUSY},             /* lock_not_available */
	{"53100", DB_FAILED, E_STORAGE_FULL, DB_FAILED}, /* disk_full */
	{"53300", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* too_many_connections */
	{"53200", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* out_of_memory */
	{"08006", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* connection_failure */
	{"57014", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* query_canceled */
	{"57P01", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* admin_shutdown */
	{"58030", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* io_error */
	{"25006", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* read_only_sql_transaction */
	{"28000", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* invalid_authorization_specification */
	{"XX001", DB_FAILED, E_UNAVAILABLE, DB_FAILED},  /* data_corrupted */
	{"42P01", DB_FAILED, E_UNKNOWN, DB_FAILED},      /* undefined_table */
	{"22012", DB_FAILED, E_UNKNOWN, DB_FAILED},      /* division_by_zero */
};

static bool raise_inside(struct db *used, void *context, struct error *error)
{
	size_t i = *(size_t *)context;
	struct db_rows rows;
	struct error own;
	enum db_outcome outcome;

	(void)error;
	error_init(&own, &lab.arena);
	outcome = db_run(used, RAISE, DB_VALUES(db_text(states[i].state)), &rows, &lab.arena, &own);
	ck_assert_msg(outcome == states[i].inside, "%s: %d", states[i].state, outcome);
	ck_assert_int_eq(error_code(&own), states[i].error);
	return false;
}

START_TEST(each_state_has_its_outcome)
{
	begin();
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		enum db_outcome outcome;

		lab_clear(&lab);
		outcome = run(db, RAISE, db_text(states[i].state));
		ck_assert_msg(outcome == states[i].alone, "%s: %d", states[i].state, outcome);
		ck_assert_msg(error_code(&lab.error) == states[i].error, "%s: %s", states[i].state,
			      error_name(error_code(&lab.error)));
		lab_clear(&lab);
		ck_assert(!db_transaction(db, raise_inside, &i, &lab.error));
		ck_assert_str_eq(db_message(db), "raised");
	}
	finish();
}
END_TEST

START_TEST(a_constraint_is_named)
{
	begin();
	ck_assert_int_eq(run(db, ADD, db_i64(1)), DB_CONSTRAINT);
	ck_assert_str_eq(db_constraint(db), "item_id_unique");
	ck_assert(!error_is_set(&lab.error));
	finish();
}
END_TEST

struct step {
	int runs, fail_first; /* how many runs ask to be repeated */
	const char *state;    /* by this, or by db_want_retry where NULL */
	bool result;
};

static bool step_body(struct db *used, void *context, struct error *error)
{
	struct step *step = context;

	ck_assert_int_eq(run(used, ADD, db_i64(100 + step->runs++)), DB_OK);
	if (step->runs > step->fail_first)
		return step->result || error_set(error, E_NAME_INVALID);
	if (!step->state)
		return db_want_retry(used, error);
	ck_assert_int_eq(run(used, RAISE, db_text(step->state)), DB_RETRY);
	return false;
}

static int64_t added(void)
{
	return lab_sql(&lab, "SELECT count(*) FROM item WHERE id >= 100");
}

START_TEST(a_body_is_run_again_after_a_serialisation_failure)
{
	struct step step = {.fail_first = 2, .state = "40001", .result = true};

	begin();
	ck_assert(db_transaction(db, step_body, &step, &lab.error));
	ck_assert_int_eq(step.runs, 3);
	ck_assert_int_eq(added(), 1); /* the tries before left nothing */
	ck_assert(!error_is_set(&lab.error));
	finish();
}
END_TEST

START_TEST(a_body_may_ask_to_be_run_again)
{
	struct step step = {.fail_first = 1, .result = true};

	begin();
	ck_assert(db_transaction(db, step_body, &step, &lab.error));
	ck_assert_int_eq(step.runs, 2);
	finish();
}
END_TEST

START_TEST(a_body_that_never_succeeds_is_given_up)
{
	struct step step = {.fail_first = 100, .state = "40P01", .result = true};

	begin();
	ck_assert(!db_transaction(db, step_body, &step, &lab.error));
	ck_assert_int_eq(step.runs, 3);
	ck_assert_int_eq(error_code(&lab.error), E_UNAVAILABLE);
	ck_assert_int_eq(added(), 0);
	finish();
}
END_TEST

START_TEST(a_body_that_fails_leaves_nothing_and_keeps_its_error)
{
	struct step step = {.result = false};

	begin();
	ck_assert(!db_transaction(db, step_body, &step, &lab.error));
	ck_assert_int_eq(step.runs, 1);
	ck_assert_int_eq(error_code(&lab.error), E_NAME_INVALID);
	ck_assert_int_eq(added(), 0);
	finish();
}
END_TEST

static bool ignore_a_failure(struct db *used, void *context, struct error *error)
{
	(void)context, (void)error;
	ck_assert_int_eq(run(used, ADD, db_i64(100)), DB_OK);
	ck_assert_int_eq(run(used, ADD, db_i64(100)), DB_CONSTRAINT);
	return true;
}

START_TEST(a_commit_that_rolled_back_is_no_success)
{
	begin();
	ck_assert(!db_transaction(db, ignore_a_failure, NULL, &lab.error));
	ck_assert(error_is_set(&lab.error));
	ck_assert_int_eq(added(), 0);
	finish();
}
END_TEST

/* The first run needs item 9, which COMMIT misses; the second needs item 1. */
static bool add_a_part(struct db *used, void *context, struct error *error)
{
	int *runs = context;

	(void)error;
	ck_assert_int_eq(run(used, PART, db_i64(++*runs == 1 ? 9 : 1)), DB_OK);
	return true;
}

START_TEST(a_commit_that_a_deferred_constraint_refuses_is_run_again)
{
	int runs = 0;

	begin();
	ck_assert(db_transaction(db, add_a_part, &runs, &lab.error));
	ck_assert_int_eq(runs, 2);
	ck_assert(!error_is_set(&lab.error));
	ck_assert_int_eq(lab_sql(&lab, "SELECT sum(item)::bigint FROM part"), 1);
	finish();
}
END_TEST

static bool meet_a_lock(struct db *second, void *context, struct error *error)
{
	struct db_rows rows;

	(void)context;
	ck_assert_int_eq(db_run(second, PATIENCE, DB_NO_VALUES, &rows, &lab.arena, error), DB_OK);
	ck_assert_int_eq(run(second, BUMP, db_i64(1)), DB_BUSY);
	ck_assert(!error_is_set(&lab.error));
	return false;
}

static bool hold_a_lock(struct db *used, void *context, struct error *error)
{
	struct error own;

	(void)error;
	error_init(&own, &lab.arena);
	ck_assert_int_eq(run(used, BUMP, db_i64(1)), DB_OK);
	ck_assert(!db_transaction(context, meet_a_lock, NULL, &own));
	return true;
}

START_TEST(a_lock_that_is_not_given_in_time_is_busy)
{
	struct db *second;

	begin();
	second = lab_connect(&lab, table, COUNT);
	ck_assert(db_transaction(db, hold_a_lock, second, &lab.error));
	db_free(second);
	finish();
}
END_TEST

/* Two processes take two rows in opposite order. */
struct opposite {
	int runs;
	int64_t first, second;
	pid_t child; /* started by the process that has its first row */
};

static int child_side(void *context);

static bool take_both(struct db *used, void *context, struct error *error)
{
	struct opposite *rows = context;

	(void)error;
	if (run(used, BUMP, db_i64(rows->first)) != DB_OK)
		return false;
	if (rows->runs++ == 0 && rows->first == 1) {
		rows->child = lab_fork(child_side, NULL);
		ck_assert(lab_blocked(&lab, "second", rows->child));
	}
	return run(used, BUMP, db_i64(rows->second)) == DB_OK;
}

static int child_side(void *context)
{
	struct opposite rows = {.first = 2, .second = 1};
	struct db_settings settings = lab.settings;
	struct db *own;
	bool ok;

	(void)context;
	settings.application = "second";
	own = db_new(&settings, table, COUNT);
	lab_clear(&lab);
	ok = db_transaction(own, take_both, &rows, &lab.error);
	db_free(own);
	return ok ? rows.runs : 100;
}

START_TEST(of_two_transactions_in_a_deadlock_both_succeed)
{
	struct opposite rows = {.first = 1, .second = 2};
	int runs;

	begin();
	ck_assert(db_transaction(db, take_both, &rows, &lab.error));
	runs = rows.runs + lab_join(rows.child);
	ck_assert_int_ge(runs, 3); /* one of them was the victim, on a busy machine again at its second try */
	ck_assert_int_le(runs, 6); /* three tries each; a child that failed counts 100 */
	ck_assert_int_eq(lab_sql(&lab, "SELECT sum(bumped)::bigint FROM item"), 4);
	finish();
}
END_TEST

TEST_FILE(transaction, each_state_has_its_outcome, a_constraint_is_named, a_body_is_run_again_after_a_serialisation_failure,
	  a_body_may_ask_to_be_run_again, a_body_that_never_succeeds_is_given_up,
	  a_body_that_fails_leaves_nothing_and_keeps_its_error, a_commit_that_rolled_back_is_no_success,
	  a_commit_that_a_deferred_constraint_refuses_is_run_again, a_lock_that_is_not_given_in_time_is_busy,
	  of_two_transactions_in_a_deadlock_both_succeed)
