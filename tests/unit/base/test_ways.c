/* SPDX-License-Identifier: MIT */
#include "berth/base/ways.h"
#include "../../lib/test.h"

struct entry {
	int key; /* 0: empty */
	int worth;
};

static struct entry entries[3 * 2];
static const struct ways table = {.entries = entries, .size = sizeof *entries, .sets = 3, .ways = 2};

static bool same(const void *entry, const void *key)
{
	return ((const struct entry *)entry)->key == *(const int *)key;
}

static int64_t worth(const void *entry)
{
	return ((const struct entry *)entry)->worth;
}

static struct entry *find(uint64_t number, int key)
{
	return ways_find(&table, number, same, &key);
}

static struct entry *put(uint64_t number, int key, int value)
{
	struct entry *entry = ways_least(&table, number, worth);

	*entry = (struct entry){key, value};
	return entry;
}

static void begin(void)
{
	memset(entries, 0, sizeof entries);
}

START_TEST(an_entry_is_found_in_its_set_only)
{
	begin();
	ck_assert_ptr_eq(put(1, 7, 1), &entries[2]);
	ck_assert_ptr_eq(find(1, 7), &entries[2]);
	ck_assert_ptr_eq(find(4, 7), &entries[2]); /* the same set */
	ck_assert_ptr_null(find(0, 7));
	ck_assert_ptr_null(find(2, 7));
	ck_assert_ptr_null(find(1, 8));
}
END_TEST

START_TEST(all_ways_are_filled_before_one_is_replaced)
{
	begin();
	put(2, 7, 5);
	ck_assert_ptr_eq(put(2, 8, 4), &entries[5]);
	ck_assert(find(2, 7) && find(2, 8));
}
END_TEST

START_TEST(the_entry_that_is_worth_least_is_replaced)
{
	begin();
	put(0, 7, 5);
	put(0, 8, 4);
	ck_assert_ptr_eq(put(0, 9, 6), &entries[1]);
	ck_assert_ptr_null(find(0, 8));
	ck_assert_ptr_eq(put(3, 10, 7), &entries[0]);
	ck_assert(find(0, 9) && find(0, 10));
}
END_TEST

START_TEST(the_first_of_equals_is_replaced)
{
	begin();
	put(0, 7, 5);
	put(0, 8, 5);
	ck_assert_ptr_eq(put(0, 9, 5), &entries[0]);
}
END_TEST

START_TEST(the_largest_number_has_a_set)
{
	begin();
	put(UINT64_MAX, 7, 1);
	ck_assert_ptr_nonnull(find(UINT64_MAX, 7));
}
END_TEST

/* Test vectors of draft-eastlake-fnv. */
START_TEST(texts_have_the_numbers_of_fnv_1a)
{
	ck_assert_uint_eq(ways_number(SPAN_LIT("")), 0xcbf29ce484222325u);
	ck_assert_uint_eq(ways_number(SPAN_LIT("a")), 0xaf63dc4c8601ec8cu);
	ck_assert_uint_eq(ways_number(SPAN_LIT("foobar")), 0x85944171f73967e8u);
}
END_TEST

TEST_FILE(ways, an_entry_is_found_in_its_set_only, all_ways_are_filled_before_one_is_replaced,
	  the_entry_that_is_worth_least_is_replaced, the_first_of_equals_is_replaced, the_largest_number_has_a_set,
	  texts_have_the_numbers_of_fnv_1a)
