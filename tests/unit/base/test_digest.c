/* SPDX-License-Identifier: MIT */
#include "berth/base/digest.h"
#include "../../lib/test.h"

/* FIPS 180-4 examples, "abc" */
#define ABC_256 "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_512                                                                   \
	"sha512:ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" \
	"2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"

static const char *text_of(enum digest_algorithm algorithm, const char *bytes)
{
	static char text[DIGEST_TEXT_MAX];
	struct digest digest;

	digest_of(&digest, algorithm, bytes, strlen(bytes));
	return digest_text(&digest, text);
}

START_TEST(published_examples_come_out)
{
	ck_assert_str_eq(text_of(DIGEST_SHA256, "abc"), ABC_256);
	ck_assert_str_eq(text_of(DIGEST_SHA512, "abc"), ABC_512);
}
END_TEST

START_TEST(a_state_exported_at_any_offset_goes_on_in_another_hasher)
{
	unsigned char bytes[400], state[HASHER_STATE_MAX];
	struct digest whole, split;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 7);
	for (int algorithm = DIGEST_SHA256; algorithm <= DIGEST_SHA512; algorithm++) {
		digest_of(&whole, (enum digest_algorithm)algorithm, bytes, sizeof bytes);
		for (size_t at = 0; at <= sizeof bytes; at++) {
			struct hasher first, second;
			size_t len;

			hasher_init(&first, (enum digest_algorithm)algorithm);
			hasher_update(&first, bytes, at);
			len = hasher_export(&first, state);
			ck_assert_uint_le(len, HASHER_STATE_MAX);
			ck_assert(hasher_import(&second, state, len));
			hasher_update(&second, bytes + at, sizeof bytes - at);
			hasher_final(&second, &split);
			ck_assert(digest_equal(&whole, &split));
		}
	}
}
END_TEST

START_TEST(a_damaged_state_is_refused)
{
	unsigned char state[HASHER_STATE_MAX] = {0};
	struct hasher hasher;
	size_t len;

	hasher_init(&hasher, DIGEST_SHA256);
	hasher_update(&hasher, "abc", 3);
	len = hasher_export(&hasher, state);
	for (size_t cut = 0; cut < len; cut++)
		ck_assert(!hasher_import(&hasher, state, cut));
	state[0] = 9;
	ck_assert(!hasher_import(&hasher, state, len));
}
END_TEST

START_TEST(only_the_one_spelling_of_a_digest_is_taken)
{
	static const struct {
		const char *text;
		enum digest_outcome outcome;
	} cases[] = {
		{ABC_256, DIGEST_OK},
		{ABC_512, DIGEST_OK},
		{"sha256:BA7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", DIGEST_MALFORMED},
		{"sha256:ba7816bf", DIGEST_MALFORMED},
		{"sha256:", DIGEST_MALFORMED},
		{"sha256", DIGEST_MALFORMED},
		{":abc", DIGEST_MALFORMED},
		{"", DIGEST_MALFORMED},
		{"sha256:ba/../", DIGEST_MALFORMED},
		{"sha384:abc", DIGEST_UNSUPPORTED},
		{"blake3:abc", DIGEST_UNSUPPORTED},
		{"a..b:abc", DIGEST_MALFORMED},
		{"sha256+b64u:abc", DIGEST_UNSUPPORTED},
	};
	struct digest digest;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		ck_assert_msg(digest_parse(&digest, span_of(cases[i].text)) == cases[i].outcome, "%s", cases[i].text);
}
END_TEST

START_TEST(packing_is_reversible_and_length_checked)
{
	unsigned char packed[DIGEST_PACKED_MAX];
	struct digest digest, again;
	size_t len;

	ck_assert_int_eq(digest_parse(&digest, span_of(ABC_512)), DIGEST_OK);
	len = digest_pack(&digest, packed);
	ck_assert_uint_eq(len, 65);
	ck_assert(digest_unpack(&again, packed, len));
	ck_assert(digest_equal(&digest, &again));
	ck_assert(!digest_unpack(&again, packed, len - 1));
	packed[0] = 3;
	ck_assert(!digest_unpack(&again, packed, len));
}
END_TEST

TEST_FILE(digest, published_examples_come_out, a_state_exported_at_any_offset_goes_on_in_another_hasher,
	  a_damaged_state_is_refused, only_the_one_spelling_of_a_digest_is_taken, packing_is_reversible_and_length_checked)
