/* SPDX-License-Identifier: MIT */
#include "berth/auth/htpasswd.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/auth/password.h"
#include "../../lib/test.h"

/* bcrypt of "secret" at cost 4 and 5, SHA-512 of it with 1000 rounds; made with Python's crypt */
#define COST4 "$2b$04$"
#define BODY "abcdefghijklmnopqrstuuAbCdEfGhIjKlMnOpQrStUvWxYz01234"
#define WEAK "$apr1$abcdefgh$abcdefghijklmnopqrstuv"

static char reason[200];

static struct htpasswd *parse(const char *text)
{
	struct htpasswd *file = htpasswd_new(span_of(text), reason, sizeof reason);

	return file;
}

START_TEST(users_are_found_with_their_hashes)
{
	struct htpasswd *file = parse("# comment\n\nb:" COST4 BODY "\r\n  a:$2y$05$" BODY "  \nc:" WEAK "\na:$2y$06$" BODY);
	const char *example;

	ck_assert_msg(file != NULL, "%s", reason);
	ck_assert_uint_eq(htpasswd_count(file), 3);
	ck_assert(span_is(htpasswd_hash(file, "b"), COST4 BODY));
	ck_assert_msg(span_is(htpasswd_hash(file, "a"), "$2y$06$" BODY), "the last line counts");
	ck_assert_uint_eq(htpasswd_hash(file, "c").len, 0);
	ck_assert_uint_eq(htpasswd_hash(file, "nobody").len, 0);
	ck_assert_uint_eq(htpasswd_hash(file, "").len, 0);
	ck_assert_uint_eq(htpasswd_unusable(file, &example), 1);
	ck_assert_str_eq(example, "c");
	htpasswd_free(file);
}
END_TEST

START_TEST(a_line_that_is_none_is_named_by_its_number_only)
{
	ck_assert_ptr_null(parse("a:" COST4 BODY "\nsecretpassword\n"));
	ck_assert_str_eq(reason, "line 2 is not user:hash");
	ck_assert_ptr_null(parse(":" COST4 BODY));
	htpasswd_free(NULL);
}
END_TEST

START_TEST(an_unknown_user_takes_the_costliest_hash)
{
	struct htpasswd *file = parse("a:" COST4 BODY "\nb:$2a$11$" BODY "\nc:$2a$31$" BODY "\nd:$6$rounds=5000$salt$x");

	ck_assert(span_is(htpasswd_costliest(file), "$2a$11$" BODY));
	htpasswd_free(file);
	file = parse("");
	ck_assert(password_hash_usable(htpasswd_costliest(file)));
	ck_assert_uint_eq(htpasswd_count(file), 0);
	htpasswd_free(file);
}
END_TEST

START_TEST(a_missing_file_is_made_once)
{
	char folder[] = "/tmp/berth-htpasswd-XXXXXX";
	const char *path, *password, *again;
	struct htpasswd *file;
	struct arena arena;
	struct stat found;
	char text[200] = "";
	FILE *in;

	arena_init(&arena, (size_t)1 << 20);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	path = arena_printf(&arena, "%s/new/file", folder);
	ck_assert_msg(htpasswd_create(path, &arena, &password, reason, sizeof reason), "%s", reason);
	ck_assert_uint_eq(strlen(password), 43);
	ck_assert(stat(path, &found) == 0 && (found.st_mode & 0777) == 0600);
	ck_assert(stat(arena_printf(&arena, "%s/new", folder), &found) == 0 && (found.st_mode & 0777) == 0700);
	in = fopen(path, "r");
	ck_assert(in && fgets(text, sizeof text, in));
	fclose(in);
	file = parse(text);
	ck_assert_msg(file != NULL, "%s", reason);
	ck_assert(span_starts(htpasswd_hash(file, "docker"), "$2y$10$"));
	ck_assert(password_matches(htpasswd_hash(file, "docker"), span_of(password)));
	htpasswd_free(file);
	ck_assert(htpasswd_create(path, &arena, &again, reason, sizeof reason) && !again);
	ck_assert(unlink(path) == 0 && rmdir(arena_printf(&arena, "%s/new", folder)) == 0 && rmdir(folder) == 0);
	ck_assert(!htpasswd_create("/proc/none/file", &arena, &again, reason, sizeof reason));
	arena_release(&arena);
}
END_TEST

TEST_FILE(htpasswd, users_are_found_with_their_hashes, a_line_that_is_none_is_named_by_its_number_only,
	  an_unknown_user_takes_the_costliest_hash, a_missing_file_is_made_once)
