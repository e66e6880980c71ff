/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/shed.h"

#include "../../lib/test.h"

#define COUNT ((size_t)8)

static struct prefork_slot slots[COUNT];

/* Debts of live workers, the first slots' ones first. */
static void given(const int64_t *debts)
{
	for (size_t i = 0; i < COUNT; i++) {
		atomic_store(&slots[i].pid, (pid_t)(100 + i));
		atomic_store(&slots[i].debt_ms, debts[i]);
	}
}

#define GIVEN(...) given((const int64_t[COUNT]){__VA_ARGS__})

static unsigned shed(unsigned share)
{
	unsigned mask = 0;

	for (size_t i = 0; i < COUNT; i++)
		mask |= shed_due(slots, COUNT, i, share) ? 1u << i : 0;
	return mask;
}

START_TEST(slow_peers_may_hold_their_share)
{
	GIVEN(5000, 0, 6000, 0, 7000, 0, 8000, 0);
	ck_assert_uint_eq(shed(4), 0);
}
END_TEST

START_TEST(of_more_than_the_share_the_slowest_are_shed)
{
	GIVEN(500, 600, 700, 800, 900, 1000, 0, 0);
	ck_assert_uint_eq(shed(4), 1u << 5 | 1u << 4);
}
END_TEST

START_TEST(equal_debts_are_told_apart)
{
	GIVEN(500, 500, 500, 500, 500, 500, 500, 500);
	ck_assert_uint_eq(shed(4), 0xf);
}
END_TEST

START_TEST(peers_that_owe_little_are_never_shed)
{
	GIVEN(SHED_DEBT_MS, SHED_DEBT_MS, 0, 1, 2, 3, 4, 5);
	ck_assert_uint_eq(shed(0), 0);
}
END_TEST

START_TEST(without_a_share_every_slow_peer_is_shed)
{
	GIVEN(SHED_DEBT_MS + 1, 0, 0, 0, 0, 0, 0, 4000);
	ck_assert_uint_eq(shed(0), 1u << 0 | 1u << 7);
}
END_TEST

START_TEST(the_debt_of_a_dead_worker_does_not_count)
{
	GIVEN(500, 500, 500, 500, 500, 0, 0, 0);
	atomic_store(&slots[0].pid, 0);
	ck_assert_uint_eq(shed(4), 0);
}
END_TEST

TEST_FILE(shed, slow_peers_may_hold_their_share, of_more_than_the_share_the_slowest_are_shed, equal_debts_are_told_apart,
	  peers_that_owe_little_are_never_shed, without_a_share_every_slow_peer_is_shed,
	  the_debt_of_a_dead_worker_does_not_count)
