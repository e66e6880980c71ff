/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/service/body_priv.h"

#include "../../../lib/test.h"

typedef const char *body_sum_fn(const struct http_client_body *body, struct arena *arena);

/* Of "quick", by Python's hashlib, and the CRC bit by bit. */
static const struct {
	body_sum_fn *sum;
	const char *due;
} sums[] = {
	{body_md5_base64, "HfN0akcoJ2r9wk+CgYb3Og=="},
	{body_md5_hex, "1df3746a4728276afdc24f828186f73a"},
	{body_sha256_hex, "22c72aa82ce77c82e2ca65a711c79eaa4b51c57f85f91489ceeacc7b385943ba"},
	{body_crc32c_base64, "Gj2kGQ=="},
};

START_TEST(a_sum_is_of_what_is_sent)
{
	static const char text[] = "the quick brown fox";
	struct http_client_body memory = http_body_bytes(SPAN_LIT("quick"));
	FILE *file = tmpfile();
	struct http_client_body part = {.fd = fileno(file), .offset = 4, .length = 5},
				beyond = {.fd = fileno(file), .length = 100};
	struct arena arena;

	arena_init(&arena, (size_t)1 << 20);
	ck_assert_int_eq((int)fwrite(text, 1, strlen(text), file), (int)strlen(text));
	ck_assert_int_eq(fflush(file), 0);
	for (size_t i = 0; i < sizeof sums / sizeof *sums; i++) {
		ck_assert_str_eq(sums[i].sum(&memory, &arena), sums[i].due);
		ck_assert_str_eq(sums[i].sum(&part, &arena), sums[i].due);
		ck_assert_ptr_null(sums[i].sum(&beyond, &arena));
	}
	fclose(file);
	arena_release(&arena);
}
END_TEST

TEST_FILE(body, a_sum_is_of_what_is_sent)
