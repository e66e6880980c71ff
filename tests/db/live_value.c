/* SPDX-License-Identifier: MIT */
/* Parameters and columns: what goes in comes out. */
#include "../lib/test.h"
#include "lab.h"

enum { NUMBER, SMALL, TEXT, BYTES, BYTE_ARRAY, TEXT_ARRAY, NOTHING, COUNT };

static const struct db_statement table[COUNT] = {
	[NUMBER] = {"NUMBER", 1, "SELECT $1::bigint"},
	[SMALL] = {"SMALL", 1, "SELECT $1::bigint::integer, $1::bigint = 1"},
	[TEXT] = {"TEXT", 1, "SELECT $1::text, $1::text IS NULL"},
	[BYTES] = {"BYTES", 1, "SELECT $1::bytea, octet_length($1::bytea)"},
	[BYTE_ARRAY] = {"BYTE_ARRAY", 1, "SELECT item, cardinality($1::bytea[]) FROM unnest($1::bytea[]) AS item"},
	[TEXT_ARRAY] = {"TEXT_ARRAY", 1, "SELECT cardinality($1::text[]), array_to_string($1::text[], '|')"},
	[NOTHING] = {"NOTHING", 0, "SELECT WHERE false"},
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

static struct db_rows run(int statement, struct db_value value)
{
	struct db_rows rows;

	ck_assert_msg(db_run(db, statement, DB_VALUES(value), &rows, &lab.arena, &lab.error) == DB_OK, "%s",
		      db_message(db));
	return rows;
}

START_TEST(numbers_come_back)
{
	static const int64_t numbers[] = {0, 1, -1, 255, 256, INT32_MAX, (int64_t)INT32_MAX + 1, INT64_MAX, INT64_MIN};

	begin();
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		struct db_rows rows = run(NUMBER, db_i64(numbers[i]));

		ck_assert_int_eq(rows.count, 1);
		ck_assert_int_eq(db_column_i64(&rows, 0, 0), numbers[i]);
	}
	finish();
}
END_TEST

START_TEST(narrow_columns_keep_their_sign)
{
	struct db_rows rows;

	begin();
	rows = run(SMALL, db_i64(-5));
	ck_assert_int_eq(db_column_i64(&rows, 0, 0), -5);
	ck_assert_int_eq(db_column_i64(&rows, 0, 1), 0);
	rows = run(SMALL, db_i64(1));
	ck_assert_int_eq(db_column_i64(&rows, 0, 1), 1);
	finish();
}
END_TEST

START_TEST(null_and_the_empty_text_are_two_things)
{
	struct db_rows rows;

	begin();
	rows = run(TEXT, db_text(NULL));
	ck_assert(db_column_null(&rows, 0, 0));
	ck_assert_ptr_null(db_column(&rows, 0, 0).ptr);
	ck_assert_int_eq(db_column_i64(&rows, 0, 0), 0);
	rows = run(TEXT, db_null());
	ck_assert(db_column_null(&rows, 0, 0));
	for (int i = 0; i < 3; i++) {
		rows = run(TEXT, i == 0 ? db_text("") : i == 1 ? db_span((struct span){NULL, 0}) : db_bytes(NULL, 0));
		ck_assert(!db_column_null(&rows, 0, 0));
		ck_assert_ptr_nonnull(db_column(&rows, 0, 0).ptr);
		ck_assert_uint_eq(db_column(&rows, 0, 0).len, 0);
	}
	rows = run(NUMBER, db_null());
	ck_assert(db_column_null(&rows, 0, 0));
	finish();
}
END_TEST

START_TEST(bytes_come_back_with_their_zeros)
{
	static const char bytes[] = "a\0b\xff\\'";
	struct db_rows rows;

	begin();
	rows = run(BYTES, db_bytes(bytes, sizeof bytes));
	ck_assert_int_eq(db_column_i64(&rows, 0, 1), sizeof bytes);
	ck_assert(span_equal(db_column(&rows, 0, 0), (struct span){bytes, sizeof bytes}));
	rows = run(TEXT, db_text("'; DROP TABLE tag; -- \\ \xc3\xa4"));
	ck_assert(span_is(db_column(&rows, 0, 0), "'; DROP TABLE tag; -- \\ \xc3\xa4"));
	finish();
}
END_TEST

START_TEST(arrays_come_back_in_order)
{
	static const struct span items[] = {{"\0\x01", 2}, {"", 0}, {"\xff", 1}, {"{\"a\",NULL}", 10}};
	struct db_rows rows;

	begin();
	rows = run(BYTE_ARRAY, db_bytes_array(&lab.arena, items, 4));
	ck_assert_int_eq(rows.count, 4);
	for (int i = 0; i < 4; i++)
		ck_assert(span_equal(db_column(&rows, i, 0), items[i]));
	rows = run(TEXT_ARRAY, db_text_array(&lab.arena, items + 3, 1));
	ck_assert_int_eq(db_column_i64(&rows, 0, 0), 1);
	ck_assert(span_is(db_column(&rows, 0, 1), "{\"a\",NULL}"));
	finish();
}
END_TEST

START_TEST(an_array_of_nothing_is_no_null)
{
	struct db_rows rows;

	begin();
	rows = run(BYTE_ARRAY, db_bytes_array(&lab.arena, NULL, 0));
	ck_assert_int_eq(rows.count, 0);
	rows = run(TEXT_ARRAY, db_text_array(&lab.arena, NULL, 0));
	ck_assert(!db_column_null(&rows, 0, 0));
	ck_assert_int_eq(db_column_i64(&rows, 0, 0), 0);
	finish();
}
END_TEST

START_TEST(no_rows_are_a_result)
{
	struct db_rows rows;

	begin();
	ck_assert_int_eq(db_run(db, NOTHING, DB_NO_VALUES, &rows, &lab.arena, &lab.error), DB_OK);
	ck_assert_int_eq(rows.count, 0);
	finish();
}
END_TEST

START_TEST(a_statement_is_prepared_once)
{
	uint64_t before;

	begin();
	(void)run(NUMBER, db_i64(1));
	before = db_round_trips(db);
	(void)run(NUMBER, db_i64(2));
	ck_assert_uint_eq(db_round_trips(db), before + 1);
	finish();
}
END_TEST

TEST_FILE(value, numbers_come_back, narrow_columns_keep_their_sign, null_and_the_empty_text_are_two_things,
	  bytes_come_back_with_their_zeros, arrays_come_back_in_order, an_array_of_nothing_is_no_null, no_rows_are_a_result,
	  a_statement_is_prepared_once)
