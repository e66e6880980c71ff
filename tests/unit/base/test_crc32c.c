/* SPDX-License-Identifier: MIT */
#include "berth/base/crc32c.h"

#include <string.h>

#include "../../lib/test.h"

/* RFC 3720 appendix B.4, and the check value of the catalogues of CRCs. */
START_TEST(published_values_come_out)
{
	unsigned char bytes[32];

	memset(bytes, 0, sizeof bytes);
	ck_assert_uint_eq(crc32c(0, bytes, sizeof bytes), 0x8a9136aa);
	memset(bytes, 0xff, sizeof bytes);
	ck_assert_uint_eq(crc32c(0, bytes, sizeof bytes), 0x62a8ab43);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)i;
	ck_assert_uint_eq(crc32c(0, bytes, sizeof bytes), 0x46dd794e);
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(31 - i);
	ck_assert_uint_eq(crc32c(0, bytes, sizeof bytes), 0x113fdb5c);
	ck_assert_uint_eq(crc32c(0, "123456789", 9), 0xe3069283);
	ck_assert_uint_eq(crc32c(0, "", 0), 0);
}
END_TEST

START_TEST(both_codes_agree_wherever_a_text_is_cut)
{
	unsigned char bytes[100];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof bytes; len++) {
		uint32_t whole = crc32c(0, bytes, len);

		ck_assert_uint_eq(crc32c_by_tables(0, bytes, len), whole);
		for (size_t cut = 0; cut <= len; cut++)
			ck_assert_uint_eq(crc32c(crc32c_by_tables(0, bytes, cut), bytes + cut, len - cut), whole);
	}
}
END_TEST

TEST_FILE(crc32c, published_values_come_out, both_codes_agree_wherever_a_text_is_cut)
