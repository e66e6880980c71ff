/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/object/object_priv.h"
#include "../../../lib/test.h"

#define MAKER "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define OTHER_MAKER "6ba7b811-9dad-41d1-80b4-00c04fd430c8"

static struct arena arena;
static struct error error;

static void begin(void)
{
	arena_init(&arena, 64 << 20);
	error_init(&error, &arena);
}

static bool read_back(struct object_state *out, struct span text, uint64_t offset)
{
	struct store_upload upload = {.id = "00000000-0000-4000-8000-000000000000", .offset = offset, .state = text};

	error_init(&error, &arena);
	return object_state_read(out, "here", &upload, &error);
}

START_TEST(a_state_comes_back_as_it_was_written)
{
	struct object_part parts[2] = {{.number = 1, .size = 70, .tag = "\"a b\""}, {.number = 2, .size = 30, .tag = "c"}};
	struct object_state state = {.service = "here",
				     .stage = OBJECT_STAGED,
				     .maker = MAKER,
				     .id = "an id with blanks",
				     .parts = {"", 0},
				     .tail_size = 5,
				     .tail_object = {.maker = ""},
				     .stale = {OTHER_MAKER, 17},
				     .stale_staging = ""},
			    back;
	struct object_part *list;

	begin();
	state.tail = (struct span){"a\n\0b\n", 5};
	object_state_add(&state, parts, 2, &arena);
	ck_assert_uint_eq(state.part_bytes, 100);
	ck_assert(read_back(&back, object_state_write(&state, &arena), 105));
	ck_assert_int_eq(back.stage, OBJECT_STAGED);
	ck_assert_str_eq(back.id, "an id with blanks");
	ck_assert_uint_eq(back.part_count, 2);
	ck_assert_uint_eq(back.part_bytes, 100);
	ck_assert_str_eq(back.maker, MAKER);
	ck_assert_uint_eq(back.stale.end, 17);
	ck_assert_str_eq(back.stale.maker, OTHER_MAKER);
	ck_assert_ptr_nonnull(back.stale_staging);
	ck_assert_str_eq(back.stale_staging, "");
	ck_assert(span_equal(back.tail, state.tail));
	list = object_state_parts(&back, 1, &arena);
	ck_assert_ptr_nonnull(list);
	ck_assert_str_eq(list[0].tag, "\"a b\"");
	ck_assert_uint_eq(list[1].size, 30);
	ck_assert_uint_eq(list[1].number, 2);
	arena_release(&arena);
}
END_TEST

START_TEST(a_digest_and_a_tail_object_come_back)
{
	struct object_state state = {.service = "here",
				     .stage = OBJECT_FINAL,
				     .maker = "",
				     .id = "x",
				     .parts = {"", 0},
				     .tail = {"", 0},
				     .tail_object = {.maker = ""},
				     .stale = {.maker = ""}},
			    back;
	struct object_part part = {.size = 9, .tag = "t"};

	begin();
	digest_of(&state.digest, DIGEST_SHA512, "", 0);
	object_state_add(&state, &part, 1, &arena);
	ck_assert(read_back(&back, object_state_write(&state, &arena), 9));
	ck_assert(digest_equal(&back.digest, &state.digest));
	state = (struct object_state){.service = "here",
				      .stage = OBJECT_NOWHERE,
				      .maker = "",
				      .id = "",
				      .parts = {"", 0},
				      .tail = {"", 0},
				      .tail_size = 400000,
				      .tail_object = {MAKER, 400000},
				      .stale = {.maker = ""}};
	ck_assert(read_back(&back, object_state_write(&state, &arena), 400000));
	ck_assert(object_state_has_tail_object(&back));
	ck_assert_str_eq(back.tail_object.maker, MAKER);
	ck_assert_uint_eq(back.tail_object.end, 400000);
	ck_assert_ptr_null(back.stale_staging);
	ck_assert(!object_state_has_tail_object(&(struct object_state){.tail_size = 0}));
	arena_release(&arena);
}
END_TEST

START_TEST(what_does_not_fit_its_offset_is_refused)
{
	static const struct {
		const char *text;
		uint64_t offset;
	} rows[] = {
		{"", 1},
		{"1 N 0 0 r 5 0 - \nhello", 6},
		{"1 N 0 0 r 5 0 - \nhell", 5},
		{"1 N 0 0 r 5 0 - \n", 5},
		{"1 N 0 0 r 5 0 - \nhello!", 5},
		{"1 N 0 0 r 5 0 - id\nhello", 5},
		{"1 S 1 5 r 0 0 - \n5 t\n", 5},
		{"1 S 1 5 r 0 0 - id\n", 5},
		{"1 S 0 5 r 0 0 - id\n5 t\n", 5},
		{"1 F 1 5 r 0 0 - id\n5 t\n", 5},
		{"1 F 1 5 r 0 0 sha256:00 id\n5 t\n", 5},
		{"2 N 0 0 r 5 0 - \nhello", 5},
		{"2  N 0 0 r 5 0 - \nhello", 5},
		{"3 here N 0 0 r 5 0 - \nhello", 5},
		{"3 here N 0 0 r 5 - 0 - none - \nhello", 5},
		{"3 here N 0 0 r 5 - 0 - none - nobody \nhello", 5},
		{"3 here N 0 0 r 5 ../x 0 - none - - \nhello", 5},
		{"2 there S 1 5 r 0 0 - id\n5 t\n", 5},
		{"2 there N 0 0 o 5 0 - \n", 5},
		{"1 X 0 0 r 5 0 - \nhello", 5},
		{"1 N 0 0 x 5 0 - \nhello", 5},
		{"1 N -1 0 r 5 0 - \nhello", 5},
		{"1 N 0 0 r 18446744073709551616 0 - \nhello", 5},
		{"1 N 0 18446744073709551615 r 6 0 - \nhello!", 5},
		{"1 N 0 0 r 5 0\nhello", 5},
		{"garbage", 7},
	};
	struct object_state state;

	begin();
	ck_assert(read_back(&state, SPAN_LIT("1 N 0 0 r 5 0 - \nhello"), 5));
	ck_assert(read_back(&state, SPAN_LIT("1 S 1 5 r 0 0 - id\n5 t\n"), 5));
	ck_assert(read_back(&state, SPAN_LIT(""), 0));
	ck_assert(read_back(&state, SPAN_LIT("2 here S 1 5 r 0 0 - id\n5 t\n"), 5));
	ck_assert(read_back(&state, SPAN_LIT("2 there N 0 0 r 5 0 - \nhello"), 5)); /* bytes in the row are anybody's */
	ck_assert_str_eq(state.service, "here");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert_msg(!read_back(&state, span_of(rows[i].text), rows[i].offset), "row %zu", i);
		ck_assert_int_eq(error_code(&error), E_BLOB_UPLOAD_INVALID);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(a_damaged_list_of_parts_is_noticed)
{
	static const char *const lists[] = {"x t\n", "5\n", "5 t",
					    "5 ttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt"
					    "ttttttttttttttttttttt\n"};
	struct object_state state = {.part_count = 1};

	begin();
	for (size_t i = 0; i < 2; i++) {
		state.parts = span_of(lists[i]);
		ck_assert_ptr_null(object_state_parts(&state, 0, &arena));
	}
	state.parts = span_of(lists[3]);
	ck_assert_ptr_null(object_state_parts(&state, 0, &arena));
	state.part_count = 2;
	state.parts = SPAN_LIT("5 t\n");
	ck_assert_ptr_null(object_state_parts(&state, 0, &arena));
	arena_release(&arena);
}
END_TEST

START_TEST(fifty_thousand_parts_fit_into_a_row_and_more_than_fits_is_noticed)
{
	struct object_state state = {
		.service = "here",
		.stage = OBJECT_STAGED,
		.maker = MAKER,
		.id = "x",
		.parts = {"", 0},
		.tail = {"", 0},
		.tail_object = {.maker = ""},
		.stale = {.maker = ""},
	};
	struct object_part *parts;

	begin();
	parts = arena_array(&arena, 70000, sizeof *parts);
	for (size_t i = 0; i < 70000; i++) {
		parts[i].size = 1 << 30;
		memset(parts[i].tag, 'x', OBJECT_TAG_MAX - 1);
	}
	object_state_add(&state, parts, 50000, &arena);
	ck_assert_ptr_nonnull(object_state_write(&state, &arena).ptr);
	object_state_add(&state, parts, 20000, &arena);
	ck_assert_ptr_null(object_state_write(&state, &arena).ptr);
	arena_release(&arena);
}
END_TEST

TEST_FILE(object_state, a_state_comes_back_as_it_was_written, a_digest_and_a_tail_object_come_back,
	  what_does_not_fit_its_offset_is_refused, a_damaged_list_of_parts_is_noticed,
	  fifty_thousand_parts_fit_into_a_row_and_more_than_fits_is_noticed)
