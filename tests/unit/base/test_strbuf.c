/* SPDX-License-Identifier: MIT */
#include "berth/base/strbuf.h"

#include "../../lib/test.h"

static struct arena arena;
static struct strbuf buf;

static void begin(size_t ceiling)
{
	arena_init(&arena, 16 << 20);
	strbuf_init(&buf, &arena, ceiling);
}

START_TEST(an_empty_buffer_is_an_empty_string)
{
	begin(10);
	ck_assert_str_eq(buf.ptr, "");
	strbuf_add(&buf, "", 0);
	strbuf_adds(&buf, "");
	ck_assert_str_eq(buf.ptr, "");
	ck_assert_uint_eq(buf.len, 0);
	ck_assert(strbuf_ok(&buf));
	arena_release(&arena);
}
END_TEST

START_TEST(the_text_grows_and_stays_terminated)
{
	begin(1 << 20);
	for (int i = 0; i < 10000; i++) {
		strbuf_addc(&buf, (char)('a' + i % 26));
		ck_assert_int_eq(buf.ptr[buf.len], '\0');
	}
	strbuf_addf(&buf, "-%d-%s", 42, "x");
	ck_assert_uint_eq(buf.len, 10005);
	ck_assert_str_eq(buf.ptr + 9998, "op-42-x");
	ck_assert(strbuf_ok(&buf));
	arena_release(&arena);
}
END_TEST

START_TEST(the_ceiling_is_the_last_byte_that_fits)
{
	static const size_t ceilings[] = {1, 127, 128, 129, 4096};

	for (size_t i = 0; i < sizeof ceilings / sizeof *ceilings; i++) {
		begin(ceilings[i]);
		for (size_t k = 0; k < ceilings[i]; k++)
			strbuf_addc(&buf, 'x');
		ck_assert(strbuf_ok(&buf));
		ck_assert_uint_eq(strlen(buf.ptr), ceilings[i]);
		strbuf_addc(&buf, 'y');
		ck_assert(!strbuf_ok(&buf));
		ck_assert_uint_eq(strlen(buf.ptr), ceilings[i]);
		arena_release(&arena);
	}
}
END_TEST

START_TEST(past_the_ceiling_all_that_follows_is_ignored)
{
	begin(8);
	strbuf_adds(&buf, "hello");
	strbuf_adds(&buf, " world");
	strbuf_adds(&buf, "!"); /* would fit, and would make a text that nobody wrote */
	ck_assert_str_eq(buf.ptr, "hello");
	ck_assert(!strbuf_ok(&buf));
	arena_release(&arena);
}
END_TEST

START_TEST(room_is_reserved_up_to_the_ceiling)
{
	char *room;

	begin(1000);
	room = strbuf_reserve(&buf, 1000);
	ck_assert_ptr_nonnull(room);
	memset(room, 'x', 1000);
	buf.len = 1000;
	ck_assert_ptr_null(strbuf_reserve(&buf, 1));
	ck_assert_ptr_null(strbuf_reserve(&buf, SIZE_MAX));
	ck_assert(!strbuf_ok(&buf));
	ck_assert_uint_eq(strbuf_span(&buf).len, 1000);
	arena_release(&arena);
}
END_TEST

START_TEST(given_memory_holds_as_much_as_it_is_long)
{
	char memory[6];

	strbuf_fixed(&buf, memory, sizeof memory);
	ck_assert_str_eq(buf.ptr, "");
	strbuf_adds(&buf, "hello");
	ck_assert(strbuf_ok(&buf));
	strbuf_addc(&buf, '!');
	ck_assert(!strbuf_ok(&buf));
	ck_assert_str_eq(memory, "hello");
}
END_TEST

TEST_FILE(strbuf, an_empty_buffer_is_an_empty_string, the_text_grows_and_stays_terminated,
	  the_ceiling_is_the_last_byte_that_fits, past_the_ceiling_all_that_follows_is_ignored,
	  room_is_reserved_up_to_the_ceiling, given_memory_holds_as_much_as_it_is_long)
