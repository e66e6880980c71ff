/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/pace.h"

#include "../../lib/test.h"

static struct pace pace;

#define KIB ((size_t)1024)

static void begin(int64_t silence_ms, uint64_t rate)
{
	pace_begin(&pace, (struct pace_terms){silence_ms, rate});
}

START_TEST(an_operation_may_take_the_silence_and_the_time_of_its_bytes)
{
	begin(15000, 4096);
	ck_assert_int_eq(pace_allows(&pace, 0), 15000);
	ck_assert_int_eq(pace_allows(&pace, 16 * KIB), 19000);
}
END_TEST

START_TEST(waiting_uses_the_credit_up)
{
	begin(10000, 1024);
	pace_moved(&pace, 4000, 0);
	ck_assert_int_eq(pace_allows(&pace, 0), 6000);
	pace_moved(&pace, 9000, 0);
	ck_assert_int_eq(pace_allows(&pace, 0), 0);
}
END_TEST

START_TEST(bytes_earn_credit_back_up_to_the_silence)
{
	begin(10000, 1024);
	pace_moved(&pace, 8000, 0);
	pace_moved(&pace, 1000, 4 * KIB);
	ck_assert_int_eq(pace_allows(&pace, 0), 5000);
	pace_moved(&pace, 1, 1000 * KIB);
	ck_assert_int_eq(pace_allows(&pace, 0), 10000);
}
END_TEST

/* One byte for each pause resets nothing. */
START_TEST(a_drip_ends_after_the_silence)
{
	int64_t lasted = 0;

	begin(15000, 4096);
	while (pace_allows(&pace, 20) >= 250) {
		pace_moved(&pace, 250, 20);
		lasted += 250;
	}
	ck_assert_int_le(lasted, 16000);
}
END_TEST

/* 1 Mbit/s with a pause of half a minute now and then. */
START_TEST(an_honest_slow_client_goes_on_for_ever)
{
	begin(60000, 1024);
	for (int i = 0; i < 10000; i++) {
		int64_t ms = i % 1000 == 0 ? 30000 : 131;

		ck_assert_int_ge(pace_allows(&pace, 16 * KIB), ms);
		pace_moved(&pace, ms, 16 * KIB);
	}
}
END_TEST

START_TEST(without_a_rate_each_operation_may_take_the_silence)
{
	begin(5000, 0);
	for (int i = 0; i < 10; i++) {
		ck_assert_int_eq(pace_allows(&pace, 16 * KIB), 5000);
		pace_moved(&pace, 5000, 1);
	}
}
END_TEST

START_TEST(a_quick_peer_owes_nothing_however_long_it_sends)
{
	begin(60000, 1024);
	for (int i = 0; i < 100000; i++)
		pace_moved(&pace, 15, 16 * KIB);
	ck_assert_int_eq(pace_debt(&pace, 0), 0);
}
END_TEST

START_TEST(a_slow_peer_owes_what_it_kept_the_worker_waiting)
{
	begin(60000, 1024);
	for (int i = 0; i < 10; i++)
		pace_moved(&pace, 131, 16 * KIB);
	ck_assert_int_eq(pace_debt(&pace, 0), 1160);
	ck_assert_int_eq(pace_debt(&pace, 40), 1200);
}
END_TEST

TEST_FILE(pace, an_operation_may_take_the_silence_and_the_time_of_its_bytes, waiting_uses_the_credit_up,
	  bytes_earn_credit_back_up_to_the_silence, a_drip_ends_after_the_silence, an_honest_slow_client_goes_on_for_ever,
	  without_a_rate_each_operation_may_take_the_silence, a_quick_peer_owes_nothing_however_long_it_sends,
	  a_slow_peer_owes_what_it_kept_the_worker_waiting)
