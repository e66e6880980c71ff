/* SPDX-License-Identifier: MIT */
#include "berth/base/clock.h"

#include "../../lib/test.h"

START_TEST(the_units_are_of_one_clock)
{
	int64_t us = clock_us(), ms = clock_ms(), s = clock_s();

	ck_assert_int_ge(ms, us / 1000);
	ck_assert_int_ge(s, ms / 1000);
	ck_assert_int_le(s, clock_us() / 1000000);
}
END_TEST

START_TEST(the_coarse_clocks_are_never_ahead)
{
	for (int i = 0; i < 1000; i++) {
		int64_t ms = clock_coarse_ms(), s = clock_coarse_s();
		struct timespec wall = clock_wall_coarse(), exact = clock_wall();

		ck_assert_int_le(ms, clock_ms());
		ck_assert_int_le(s, clock_s());
		ck_assert(wall.tv_sec < exact.tv_sec || (wall.tv_sec == exact.tv_sec && wall.tv_nsec <= exact.tv_nsec));
	}
}
END_TEST

START_TEST(the_wall_clock_is_the_systems)
{
	time_t before = clock_wall().tv_sec;

	ck_assert_int_ge(time(NULL) + 1, before);
	ck_assert_int_le(time(NULL), clock_wall().tv_sec);
}
END_TEST

TEST_FILE(clock, the_units_are_of_one_clock, the_coarse_clocks_are_never_ahead, the_wall_clock_is_the_systems)
