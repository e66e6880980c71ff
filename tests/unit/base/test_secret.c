/* SPDX-License-Identifier: MIT */
#include "berth/base/secret.h"

#include "../../lib/test.h"

START_TEST(a_secret_shows_only_its_mask)
{
	struct arena arena;
	struct secret secret;

	arena_init(&arena, 1 << 16);
	secret = secret_new(&arena, "hunter2");
	ck_assert(secret_is_set(secret));
	ck_assert_str_eq(secret_mask(secret), "***");
	ck_assert_str_eq(secret_reveal(secret), "hunter2");
	arena_release(&arena);
}
END_TEST

START_TEST(an_unset_secret_is_empty)
{
	struct arena arena;

	arena_init(&arena, 1 << 16);
	for (int i = 0; i < 2; i++) {
		struct secret secret = secret_new(&arena, i ? "" : NULL);

		ck_assert(!secret_is_set(secret));
		ck_assert_str_eq(secret_mask(secret), "");
		ck_assert_str_eq(secret_reveal(secret), "");
	}
	arena_release(&arena);
}
END_TEST

static const char *watched;
static bool wiped;

static void look(void *object)
{
	(void)object;
	wiped = watched[0] == '\0' && watched[6] == '\0';
}

START_TEST(a_secret_is_wiped_before_its_memory_goes)
{
	struct arena arena;

	arena_init(&arena, 1 << 16);
	arena_defer(&arena, look, NULL); /* runs after what was deferred later */
	watched = secret_reveal(secret_new(&arena, "hunter2"));
	arena_clear(&arena);
	ck_assert(wiped);
	arena_release(&arena);
}
END_TEST

TEST_FILE(secret, a_secret_shows_only_its_mask, an_unset_secret_is_empty, a_secret_is_wiped_before_its_memory_goes)
