/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/sources.h"

#include <string.h>

#include "../../lib/test.h"

static struct sources sources;

static void begin(void)
{
	memset(&sources, 0, sizeof sources);
	ck_assert(sources_init(&sources));
}

START_TEST(an_address_and_a_name_at_it_are_different_sources)
{
	uint64_t address, pair;

	begin();
	address = sources_id(&sources, SPAN_LIT(""), "192.0.2.1");
	pair = sources_id(&sources, SPAN_LIT("alice"), "192.0.2.1");
	ck_assert(address && pair && address != pair);
	ck_assert(pair == sources_id(&sources, SPAN_LIT("alice"), "192.0.2.1"));
	ck_assert(pair != sources_id(&sources, SPAN_LIT("alice"), "192.0.2.2"));
	ck_assert(pair != sources_id(&sources, SPAN_LIT("alic"), "192.0.2.1e"));
	begin(); /* another key */
	ck_assert(pair != sources_id(&sources, SPAN_LIT("alice"), "192.0.2.1"));
}
END_TEST

START_TEST(a_source_that_has_signed_in_is_known_and_owes_nothing)
{
	begin();
	ck_assert(!sources_known(&sources, 7));
	sources_failed(&sources, 7);
	ck_assert(!sources_known(&sources, 7));
	ck_assert_int_gt(sources_debt(&sources, 7), 0);
	sources_succeeded(&sources, 7);
	ck_assert(sources_known(&sources, 7));
	ck_assert_int_eq(sources_debt(&sources, 7), 0);
	ck_assert(!sources_known(&sources, 8));
}
END_TEST

START_TEST(failures_add_up_to_a_bounded_debt)
{
	begin();
	ck_assert_int_eq(sources_debt(&sources, 7), 0);
	sources_failed(&sources, 7);
	ck_assert_int_gt(sources_debt(&sources, 7), SOURCES_PENALTY / 2);
	for (int i = 0; i < 50; i++)
		sources_failed(&sources, 7);
	ck_assert_int_le(sources_debt(&sources, 7), SOURCES_DEBT_FREE);
	for (int i = 0; i < 1000; i++)
		sources_failed(&sources, 7);
	ck_assert_int_gt(sources_debt(&sources, 7), SOURCES_DEBT_FREE);
	ck_assert_int_le(sources_debt(&sources, 7), SOURCES_DEBT_FREE + SOURCES_PENALTY);
	ck_assert_int_eq(sources_debt(&sources, 8), 0);
}
END_TEST

START_TEST(hammering_costs_a_little_and_coming_back_later_nothing)
{
	begin();
	for (int i = 0; i < 3; i++)
		sources_turned_away(&sources, 7);
	ck_assert_int_le(sources_debt(&sources, 7), SOURCES_DEBT_CLEAN);
	for (int i = 0; i < 1000; i++)
		sources_turned_away(&sources, 7);
	ck_assert_int_gt(sources_debt(&sources, 7), SOURCES_DEBT_CLEAN);
	ck_assert_int_le(sources_debt(&sources, 7), SOURCES_DEBT_HAMMERING);
	ck_assert(!sources_suspected(&sources)); /* nothing was guessed */
}
END_TEST

START_TEST(failures_of_many_sources_tell_that_somebody_guesses)
{
	begin();
	for (uint64_t i = 1; i <= SOURCES_SUSPICION / 2; i++)
		sources_failed(&sources, i);
	ck_assert(!sources_suspected(&sources));
	for (uint64_t i = 1; i <= 2 * SOURCES_SUSPICION; i++)
		sources_failed(&sources, i);
	ck_assert(sources_suspected(&sources));
}
END_TEST

/* Many addresses that fail push one another out, and nothing that is known. */
START_TEST(attackers_with_many_addresses_do_not_make_anybody_unknown)
{
	int in_debt = 0;

	begin();
	for (uint64_t i = 1; i <= 100; i++)
		sources_succeeded(&sources, i);
	for (uint64_t i = 1; i <= 100000; i++)
		sources_failed(&sources, i * 7919);
	for (uint64_t i = 1; i <= 100; i++)
		ck_assert(sources_known(&sources, i));
	for (uint64_t i = 1; i <= 100000; i++)
		in_debt += sources_debt(&sources, i * 7919) > 0;
	ck_assert_int_gt(in_debt, SOURCES_SETS);
	ck_assert_int_le(in_debt, SOURCES_SETS * SOURCES_WAYS);
}
END_TEST

TEST_FILE(sources, an_address_and_a_name_at_it_are_different_sources, a_source_that_has_signed_in_is_known_and_owes_nothing,
	  failures_add_up_to_a_bounded_debt, hammering_costs_a_little_and_coming_back_later_nothing,
	  failures_of_many_sources_tell_that_somebody_guesses, attackers_with_many_addresses_do_not_make_anybody_unknown)
