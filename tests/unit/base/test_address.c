/* SPDX-License-Identifier: MIT */
#include "berth/base/address.h"
#include "../../lib/test.h"

START_TEST(an_address_is_counted_as_the_network_of_one_customer)
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
		ck_assert_str_eq(address_source(&arena, cases[i][0]), cases[i][1]);
	ck_assert_str_eq(address_source(&arena, NULL), "");
	arena_release(&arena);
}
END_TEST

TEST_FILE(address, an_address_is_counted_as_the_network_of_one_customer)
