/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/object/object_priv.h"
#include "../../../lib/test.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static const struct object_limits s3 = {10 * MIB, 5 * MIB, 5 * GIB, 10000};

START_TEST(a_whole_blob_is_cut_into_parts_of_the_configured_size_where_they_do)
{
	static const struct {
		uint64_t length, part_size;
		unsigned count;
	} rows[] = {
		{1, 10 * MIB, 1},
		{10 * MIB, 10 * MIB, 1},
		{10 * MIB + 1, 10 * MIB, 2},
		{10 * MIB * 10000, 10 * MIB, 10000},
		{10 * MIB * 10000 + 1, 11 * MIB, 9091},
		{100 * GIB, 11 * MIB, 9310},
		{5000 * GIB, 512 * MIB, 10000},
	};
	struct object_plan plan;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		ck_assert(object_plan_whole(&s3, rows[i].length, &plan));
		ck_assert_uint_eq(plan.part_size, rows[i].part_size);
		ck_assert_uint_eq(plan.count, rows[i].count);
		ck_assert_uint_le(plan.count, s3.parts_max);
		ck_assert_uint_ge(plan.count * plan.part_size, rows[i].length);
		ck_assert_uint_lt((plan.count - 1) * plan.part_size, rows[i].length);
	}
}
END_TEST

START_TEST(a_blob_beyond_the_service_is_refused)
{
	static const struct object_limits small = {10, 5, 20, 4};
	struct object_plan plan;

	ck_assert(object_plan_whole(&small, 40, &plan));
	ck_assert(!object_plan_whole(&small, 41, &plan)); /* grown to a MiB, more than a part may have */
	ck_assert(!object_plan_whole(&s3, 50001 * GIB, &plan));
}
END_TEST

/* Sends chunks of `chunk` bytes until `total` is reached, as a session does. Returns the number of parts. */
static unsigned chunked(uint64_t total, uint64_t chunk)
{
	uint64_t offset = 0;
	unsigned used = 0;

	while (offset < total) {
		struct object_plan plan;
		uint64_t last;

		ck_assert(object_plan_more(&s3, used, offset, chunk, &plan));
		ck_assert_uint_ge(plan.count, 1);
		last = chunk - (plan.count - 1) * plan.part_size;
		ck_assert_uint_ge(last, s3.part_min);
		ck_assert_uint_le(last, s3.part_max);
		ck_assert(plan.count == 1 || plan.part_size >= s3.part_min);
		used += plan.count;
		offset += chunk;
		ck_assert_uint_lt(used, s3.parts_max);
	}
	return used;
}

START_TEST(parts_of_a_session_grow_with_it)
{
	ck_assert_uint_eq(chunked(60 * MIB, 20 * MIB), 6);
	ck_assert_uint_eq(chunked(50 * MIB, 5 * MIB), 10);
	ck_assert_uint_eq(chunked(19 * MIB, 19 * MIB), 1); /* no part of 9 MiB beside one of 10 */
	(void)chunked(100 * GIB, 100 * GIB);
	(void)chunked(100 * GIB, GIB);
	(void)chunked(100 * GIB, 100 * MIB);
	(void)chunked(400 * GIB, 250 * MIB);
}
END_TEST

START_TEST(no_part_is_left_for_more_than_the_tail)
{
	struct object_plan plan;

	ck_assert(object_plan_more(&s3, 9998, GIB, 5 * MIB, &plan));
	ck_assert_uint_eq(plan.count, 1);
	ck_assert(object_plan_more(&s3, 9998, GIB, 100 * MIB, &plan));
	ck_assert_uint_eq(plan.count, 1);
	ck_assert(!object_plan_more(&s3, 9999, GIB, 5 * MIB, &plan));
	ck_assert(!object_plan_crowded(&s3, 8749));
	ck_assert(object_plan_crowded(&s3, 8750));
}
END_TEST

START_TEST(a_service_without_a_least_size_has_ours)
{
	struct object_limits limits = {20 * MIB, 0, 5 * GIB, 1000};

	ck_assert_uint_eq(object_plan_least(&s3), 5 * MIB);
	ck_assert_uint_eq(object_plan_least(&limits), 5 * MIB);
	limits.part_size = MIB;
	ck_assert_uint_eq(object_plan_least(&limits), MIB);
}
END_TEST

TEST_FILE(object_plan, a_whole_blob_is_cut_into_parts_of_the_configured_size_where_they_do,
	  a_blob_beyond_the_service_is_refused, parts_of_a_session_grow_with_it, no_part_is_left_for_more_than_the_tail,
	  a_service_without_a_least_size_has_ours)
