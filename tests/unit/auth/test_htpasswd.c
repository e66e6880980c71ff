/* SPDX-License-Identifier: MIT */
#include "berth/auth/htpasswd.h"
#include "berth/auth/htpasswd_create.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "berth/auth/password.h"
#include "berth/base/strbuf.h"
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

START_TEST(a_byte_order_mark_is_no_part_of_the_first_user)
{
	struct htpasswd *file = parse("\xef\xbb\xbf"
				      "a:" COST4 BODY "\nb:" COST4 BODY);

	ck_assert_msg(file != NULL, "%s", reason);
	ck_assert(span_is(htpasswd_hash(file, "a"), COST4 BODY));
	ck_assert_uint_eq(htpasswd_count(file), 2);
	htpasswd_free(file);
}
END_TEST

START_TEST(a_file_in_utf_16_is_refused_by_name)
{
	static const char little[] = "\xff\xfe"
				     "a\0:\0",
			  big[] = "\xfe\xff"
				  "\0a\0:";

	ck_assert_ptr_null(htpasswd_new((struct span){little, sizeof little - 1}, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "UTF-16"));
	ck_assert_ptr_null(htpasswd_new((struct span){big, sizeof big - 1}, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "UTF-16"));
}
END_TEST

/* Of 400 unknown names, as many meet each hash as its users are; bounds are four standard deviations. */
START_TEST(unknown_names_take_the_hashes_in_use_as_often_as_known_ones)
{
	enum { USERS = 400, NAMES = 400 };
	struct htpasswd *file;
	struct strbuf text;
	struct arena arena;
	int cheap = 0;

	arena_init(&arena, (size_t)1 << 20);
	strbuf_init(&text, &arena, (size_t)1 << 19);
	for (int i = 0; i < USERS; i++) /* salts as different as real ones */
		strbuf_addf(&text, "user%d:%s%.18s%04d%s\n", i, i % 4 ? COST4 : "$2y$12$", BODY, i, BODY + 22);
	file = htpasswd_new(strbuf_span(&text), reason, sizeof reason);
	ck_assert_msg(file != NULL, "%s", reason);
	for (int i = 0; i < NAMES; i++) {
		const char *name = arena_printf(&arena, "unknown%d", i);
		struct span decoy = htpasswd_decoy(file, name);

		ck_assert(password_hash_usable(decoy));
		ck_assert(span_equal(decoy, htpasswd_decoy(file, name)));
		cheap += span_starts(decoy, COST4);
	}
	ck_assert_int_ge(cheap, NAMES * 3 / 4 - 70);
	ck_assert_int_le(cheap, NAMES * 3 / 4 + 70);
	htpasswd_free(file);
	arena_release(&arena);
}
END_TEST

START_TEST(an_unknown_name_takes_a_hash_that_can_be_used)
{
	struct htpasswd *file = parse("a:$2a$11$" BODY "\nc:$2a$31$" BODY);

	for (int i = 0; i < 8; i++)
		ck_assert(span_is(htpasswd_decoy(file, (char[]){(char)('d' + i), '\0'}), "$2a$11$" BODY));
	htpasswd_free(file);
	file = parse("");
	ck_assert(password_hash_usable(htpasswd_decoy(file, "a")));
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
	ck_assert(password_verify(htpasswd_hash(file, "docker"), span_of(password)) == PASSWORD_RIGHT);
	htpasswd_free(file);
	ck_assert(htpasswd_create(path, &arena, &again, reason, sizeof reason) && !again);
	ck_assert(unlink(path) == 0 && rmdir(arena_printf(&arena, "%s/new", folder)) == 0 && rmdir(folder) == 0);
	ck_assert(!htpasswd_create("/proc/none/file", &arena, &again, reason, sizeof reason));
	arena_release(&arena);
}
END_TEST

TEST_FILE(htpasswd, users_are_found_with_their_hashes, a_line_that_is_none_is_named_by_its_number_only,
	  a_byte_order_mark_is_no_part_of_the_first_user, a_file_in_utf_16_is_refused_by_name,
	  unknown_names_take_the_hashes_in_use_as_often_as_known_ones, an_unknown_name_takes_a_hash_that_can_be_used,
	  a_missing_file_is_made_once)
