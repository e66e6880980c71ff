/* SPDX-License-Identifier: MIT */
#include "berth/auth/token_cache.h"

#include <string.h>

#include "../../lib/test.h"

static struct principal named(const char *user)
{
	return (struct principal){.user = user, .auth_type = "", .user_claim = ""};
}

static void put(struct token_cache *cache, unsigned char first, unsigned char last, const char *user, int64_t expires)
{
	unsigned char hash[PRINCIPAL_FINGERPRINT] = {first};
	struct principal principal = named(user);

	hash[PRINCIPAL_FINGERPRINT - 1] = last;
	token_cache_put(cache, hash, &principal, expires);
}

static const char *get(struct token_cache *cache, unsigned char first, unsigned char last, int64_t now)
{
	unsigned char hash[PRINCIPAL_FINGERPRINT] = {first};
	const struct principal *found;

	hash[PRINCIPAL_FINGERPRINT - 1] = last;
	found = token_cache_get(cache, hash, now);
	return found ? found->user : "-";
}

START_TEST(what_was_put_is_found_until_it_expires)
{
	struct token_cache *cache = token_cache_new();

	put(cache, 1, 2, "a", 100);
	ck_assert_str_eq(get(cache, 1, 2, 99), "a");
	ck_assert_str_eq(get(cache, 1, 2, 100), "-");
	ck_assert_str_eq(get(cache, 1, 3, 99), "-");
	token_cache_clear(cache);
	ck_assert_str_eq(get(cache, 1, 2, 99), "-");
	token_cache_free(cache);
}
END_TEST

START_TEST(neighbours_are_replaced_in_turn)
{
	struct token_cache *cache = token_cache_new();

	for (unsigned char i = 0; i < 5; i++)
		put(cache, 7, i, i == 4 ? "last" : "early", 100);
	ck_assert_str_eq(get(cache, 7, 0, 1), "-");
	ck_assert_str_eq(get(cache, 7, 1, 1), "early");
	ck_assert_str_eq(get(cache, 7, 4, 1), "last");
	token_cache_free(cache);
}
END_TEST

START_TEST(no_cache_is_an_empty_one)
{
	put(NULL, 1, 2, "a", 100);
	ck_assert_str_eq(get(NULL, 1, 2, 1), "-");
	token_cache_clear(NULL);
	token_cache_free(NULL);
}
END_TEST

TEST_FILE(token_cache, what_was_put_is_found_until_it_expires, neighbours_are_replaced_in_turn, no_cache_is_an_empty_one)
