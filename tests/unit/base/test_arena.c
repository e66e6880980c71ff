/* SPDX-License-Identifier: MIT */
#include "berth/base/arena.h"
#include "../../lib/test.h"

static int order[3], closed;

static void note(void *object)
{
	order[closed++] = *(int *)object;
}

START_TEST(cleanups_run_newest_first_and_once)
{
	static int numbers[] = {1, 2, 3};
	struct arena arena;

	arena_init(&arena, 1000);
	for (int i = 0; i < 3; i++)
		arena_defer(&arena, note, &numbers[i]);
	arena_clear(&arena);
	arena_release(&arena);
	ck_assert_int_eq(closed, 3);
	ck_assert_int_eq(order[0], 3);
	ck_assert_int_eq(order[2], 1);
}
END_TEST

START_TEST(past_the_ceiling_the_arena_jumps_and_cleanups_still_run)
{
	static int number = 7;
	struct arena arena;

	arena_init(&arena, 100);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		arena_defer(&arena, note, &number);
		ck_assert_ptr_nonnull(arena_alloc(&arena, 60));
		ck_assert_ptr_nonnull(arena_alloc(&arena, 60));
		ck_abort_msg("the second allocation must not return");
	}
	arena_release(&arena);
	ck_assert_int_eq(closed, 1);
}
END_TEST

START_TEST(an_overflowing_array_is_refused)
{
	struct arena arena;
	bool jumped = true;

	arena_init(&arena, SIZE_MAX);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		ck_assert_ptr_nonnull(arena_array(&arena, SIZE_MAX / 2, 3));
		jumped = false;
	}
	ck_assert(jumped);
	arena_release(&arena);
}
END_TEST

START_TEST(printf_result_outlives_later_allocations)
{
	struct arena arena;
	char *text;

	arena_init(&arena, 1 << 20);
	text = arena_printf(&arena, "%s/%d", "library", 42);
	for (int i = 0; i < 1000; i++)
		memset(arena_alloc(&arena, 100), 0xff, 100);
	ck_assert_str_eq(text, "library/42");
	arena_release(&arena);
}
END_TEST

START_TEST(memory_that_runs_out_below_a_recovery_point_jumps_there)
{
	struct arena outer, inner;
	int jumps = 0;

	arena_init(&outer, 1000);
	arena_init(&inner, 10);
	if (setjmp(outer.on_exhausted) == 0) {
		outer.armed = true;
		arena_recover_here(&outer);
		ck_assert(!outer.unrecoverable);
		ck_assert_ptr_nonnull(arena_alloc(&inner, 11));
		ck_abort_msg("the allocation must not return");
	} else {
		jumps++;
	}
	ck_assert_int_eq(jumps, 1);
	arena_clear(&outer);
	ck_assert(outer.unrecoverable); /* for good */
	arena_release(&inner);
	arena_release(&outer);
}
END_TEST

START_TEST(an_armed_arena_below_a_recovery_point_jumps_to_itself)
{
	struct arena outer, inner;
	bool jumped = true;

	arena_init(&outer, 1000);
	outer.armed = true;
	arena_recover_here(&outer);
	arena_init(&inner, 10);
	if (setjmp(inner.on_exhausted) == 0) {
		inner.armed = true;
		ck_assert_ptr_nonnull(arena_alloc(&inner, 11));
		jumped = false;
	}
	ck_assert(jumped && !outer.unrecoverable);
	arena_release(&inner);
	arena_release(&outer);
}
END_TEST

TEST_FILE(arena, cleanups_run_newest_first_and_once, past_the_ceiling_the_arena_jumps_and_cleanups_still_run,
	  an_overflowing_array_is_refused, printf_result_outlives_later_allocations,
	  memory_that_runs_out_below_a_recovery_point_jumps_there, an_armed_arena_below_a_recovery_point_jumps_to_itself)
