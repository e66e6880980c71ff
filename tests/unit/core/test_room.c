/* SPDX-License-Identifier: MIT */
/* The ledger of bodies that are on their way. */
#include "berth/core/room.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

#define MIB ((uint64_t)1 << 20)

static char folder[64];
static struct room_ledger ledger;
static struct room room;
static struct arena arena;
static struct error error;

static void begin(uint64_t max, unsigned share)
{
	(void)snprintf(folder, sizeof folder, "/tmp/berth-room.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	ledger = (struct room_ledger){.tickets = 0};
	room = (struct room){&ledger, {.folder = folder, .max = max, .reserve_is_given = true}, share, true};
	arena_init(&arena, 1 << 20);
}

static void end(void)
{
	ck_assert_int_eq(rmdir(folder), 0);
	arena_release(&arena);
}

static uint64_t take(const char *repository, uint64_t length)
{
	const struct room_wish wish = {.repository = span_of(repository), .has_length = true, .length = length};
	uint64_t ticket = 0;

	error_init(&error, &arena);
	if (!room_take(&room, &wish, &ticket, &error)) {
		ck_assert_int_eq(error_code(&error), E_STORAGE_FULL);
		ck_assert_uint_eq(ticket, 0);
	}
	return ticket;
}

START_TEST(bodies_reserve_what_they_announce)
{
	uint64_t first;

	begin(10 * MIB, 100);
	first = take("a/b", 6 * MIB);
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(take("c/d", 5 * MIB), 0);
	ck_assert_uint_ne(take("c/d", 4 * MIB), 0);
	ck_assert_uint_eq(take("e", 1), 0);
	ck_assert_uint_eq(room_reserved(&room), 10 * MIB);
	room_return(&room, first);
	ck_assert_uint_ne(take("e", 1), 0);
	ck_assert_uint_eq(room_reserved(&room), 4 * MIB + 1);
	end();
}
END_TEST

START_TEST(a_project_gets_no_more_than_its_share)
{
	begin(10 * MIB, 50);
	ck_assert_uint_ne(take("a/b", 4 * MIB), 0);
	ck_assert_uint_eq(take("a/c", 4 * MIB), 0);
	ck_assert_uint_eq(take("a", 4 * MIB), 0);
	ck_assert_uint_ne(take("ab/c", 4 * MIB), 0);
	end();
}
END_TEST

START_TEST(a_ticket_is_good_once)
{
	uint64_t ticket;

	begin(10 * MIB, 100);
	ticket = take("a", MIB);
	room_return(&room, ticket);
	ck_assert_uint_ne(take("b", 2 * MIB), 0);
	room_return(&room, ticket);
	room_return(&room, 0);
	room_return(&room, UINT64_MAX);
	ck_assert_uint_eq(room_reserved(&room), 2 * MIB);
	end();
}
END_TEST

START_TEST(what_a_dead_process_reserved_is_free_again)
{
	const struct room_wish wish = {SPAN_LIT("a"), true, 8 * MIB, 0, true};
	uint64_t ticket = 0;
	pid_t gone;

	begin(10 * MIB, 100);
	error_init(&error, &arena);
	ck_assert(room_take(&room, &wish, &ticket, &error));
	ck_assert_uint_eq(take("b", 8 * MIB), 0);
	gone = fork();
	if (gone == 0)
		_exit(0);
	ck_assert_int_eq(waitpid(gone, NULL, 0), gone);
	atomic_store(&ledger.slots[ticket % ROOM_SLOTS].pid, gone);
	ck_assert_uint_ne(take("b", 8 * MIB), 0);
	end();
}
END_TEST

START_TEST(a_full_ledger_refuses)
{
	begin(0, 100);
	for (size_t i = 0; i < ROOM_SLOTS; i++)
		ck_assert_uint_ne(take("a", 1), 0);
	ck_assert_uint_eq(take("a", 1), 0);
	end();
}
END_TEST

START_TEST(without_a_room_everything_fits)
{
	const struct room_wish wish = {.has_length = true, .length = UINT64_MAX};
	uint64_t ticket = 1;

	ck_assert(room_take(NULL, &wish, &ticket, NULL));
	ck_assert_uint_eq(ticket, 0);
	room_return(NULL, 1);
	ck_assert(room_judge(NULL, NULL));
}
END_TEST

TEST_FILE(room, bodies_reserve_what_they_announce, a_project_gets_no_more_than_its_share, a_ticket_is_good_once,
	  what_a_dead_process_reserved_is_free_again, a_full_ledger_refuses, without_a_room_everything_fits)
