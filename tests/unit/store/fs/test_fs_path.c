/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/fs/fs_path.h"
#include "../../../lib/test.h"
#include "../lab.h"

#define HEX "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */

START_TEST(a_blob_lies_where_dockers_registry_has_it)
{
	struct digest digest = lab_digest(SPAN_LIT("hello"));

	ck_assert_str_eq(fs_blob_folder(&digest).text, "sha256/2c/" HEX);
	ck_assert_str_eq(fs_blob_data(&digest).text, "sha256/2c/" HEX "/data");
}
END_TEST

START_TEST(the_longest_digest_fits)
{
	struct digest digest;
	struct fs_path path;

	digest_of(&digest, DIGEST_SHA512, "", 0);
	path = fs_blob_data(&digest);
	ck_assert_uint_eq(strlen(path.text), strlen("sha512/cf//data") + 128);
	ck_assert_int_eq(strncmp(path.text, "sha512/cf/cf83e1357eefb8bd", 26), 0);
}
END_TEST

START_TEST(folders_are_digests_only_in_their_one_spelling)
{
	static const struct {
		const char *algorithm, *prefix, *hex;
		bool due;
	} folders[] = {
		{"sha256", "2c", HEX, true},       {"sha256", "2d", HEX, false},      {"sha256", "2c2", HEX, false},
		{"sha256", "", HEX, false},        {"sha512", "2c", HEX, false},      {"SHA256", "2c", HEX, false},
		{"md5", "2c", HEX, false},         {"sha256", "2C", "2C" HEX, false}, {"sha256", "2c", "2c", false},
		{"sha256", "2c", HEX "00", false},
	};
	struct digest digest, due = lab_digest(SPAN_LIT("hello"));

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		bool is = fs_blob_digest(&digest, folders[i].algorithm, folders[i].prefix, folders[i].hex);

		ck_assert_msg(is == folders[i].due, "%s/%s/%s", folders[i].algorithm, folders[i].prefix, folders[i].hex);
		ck_assert(!is || digest_equal(&digest, &due));
	}
}
END_TEST

START_TEST(a_spool_file_is_named_below_the_spool_folder_only)
{
	static const struct {
		const char *path, *due; /* NULL: refused */
	} names[] = {
		{"/data/spool/0000000001", "0000000001"},
		{"/data/spool/1/00/0000000001", "1/00/0000000001"},
		{"/data/spool", NULL},
		{"/data/spool/", NULL},
		{"/data/spool//etc/passwd", NULL}, /* absolute below a directory descriptor */
		{"/data/spool/a//b", NULL},
		{"/data/spool/a/", NULL},
		{"/data/spooled/1", NULL},
		{"/data/spool/../uploads/1", NULL},
		{"/data/spool/.", NULL},
		{"/data/spool/1.tmp", NULL},
		{"/data/spool/a b", NULL},
		{"/data/spool/\xc3\xa4", NULL},
		{"/etc/passwd", NULL},
		{"0000000001", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct span name = {"", 0};
		bool is = fs_spool_name(&name, "/data/spool", names[i].path);

		ck_assert_msg(is == (names[i].due != NULL), "%s", names[i].path);
		ck_assert(!is || span_is(name, names[i].due));
	}
}
END_TEST

TEST_FILE(fs_path, a_blob_lies_where_dockers_registry_has_it, the_longest_digest_fits,
	  folders_are_digests_only_in_their_one_spelling, a_spool_file_is_named_below_the_spool_folder_only)
