/* SPDX-License-Identifier: MIT */
#include "berth/base/base64.h"
#include "berth/base/hex.h"
#include "../../lib/table.h"
#include "../../lib/test.h"

static struct arena arena;

static const char *shown(bool ok, struct span bytes)
{
	char *text;

	if (!ok)
		return "-";
	text = arena_alloc(&arena, 2 * bytes.len + 1);
	hex_encode(text, (const unsigned char *)bytes.ptr, bytes.len);
	return text;
}

START_TEST(the_table_holds)
{
	arena_init(&arena, (size_t)1 << 20);
	TABLE_EACH("base64", 3, cells)
	{
		struct span bytes = {"", 0};
		bool ok = base64_decode(&bytes, &arena, cells[0]);

		table_expect(&table, shown(ok, bytes), cells[1]);
		ok = base64url_decode(&bytes, &arena, cells[0]);
		table_expect(&table, shown(ok, bytes), cells[2]);
	}
	arena_release(&arena);
}
END_TEST

START_TEST(no_text_is_no_bytes)
{
	struct span bytes = {NULL, 7};

	arena_init(&arena, (size_t)1 << 20);
	ck_assert(base64_decode(&bytes, &arena, SPAN_LIT("")) && bytes.len == 0);
	ck_assert(base64url_decode(&bytes, &arena, SPAN_LIT("")) && bytes.len == 0);
	ck_assert_str_eq(base64_encode(&arena, "", 0), "");
	arena_release(&arena);
}
END_TEST

START_TEST(bytes_of_every_length_come_back)
{
	unsigned char bytes[300];
	struct span back;

	arena_init(&arena, (size_t)1 << 22);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 167 + (i >> 3));
	for (size_t len = 0; len <= sizeof bytes; len++) {
		ck_assert(base64_decode(&back, &arena, span_of(base64_encode(&arena, bytes, len))));
		ck_assert(back.len == len && memcmp(back.ptr, bytes, len) == 0 && back.ptr[len] == '\0');
		ck_assert(base64url_decode(&back, &arena, span_of(base64url_encode(&arena, bytes, len))));
		ck_assert(back.len == len && memcmp(back.ptr, bytes, len) == 0);
	}
	arena_release(&arena);
}
END_TEST

TEST_FILE(base64, the_table_holds, no_text_is_no_bytes, bytes_of_every_length_come_back)
