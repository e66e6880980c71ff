/* SPDX-License-Identifier: MIT */
#include "berth/issuer/issuer.h"
#include "../../lib/test.h"

START_TEST(addresses_are_counted_by_what_one_client_has)
{
	static const char *const cases[][2] = {
		{"192.0.2.1", "192.0.2.1"},
		{"::1", "::/64"},
		{"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
		{"2001:db8:1:2:ffff::", "2001:db8:1:2::/64"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"unix:", ""},
		{"", ""},
		{"192.0.2.1, 10.0.0.1", ""},
	};
	struct arena arena;

	arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_str_eq(issuer_address(&arena, cases[i][0]), cases[i][1]);
	ck_assert_str_eq(issuer_address(&arena, NULL), "");
	arena_release(&arena);
}
END_TEST

TEST_FILE(issuer, addresses_are_counted_by_what_one_client_has)
