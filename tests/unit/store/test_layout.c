/* SPDX-License-Identifier: MIT */
#include "berth/store/layout.h"
#include "../../lib/test.h"
#include "lab.h"

#define HEX "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */

START_TEST(a_blob_lies_where_dockers_registry_has_it)
{
	struct digest digest = lab_digest(SPAN_LIT("hello"));

	ck_assert_str_eq(layout_blob_folder(&digest).text, "sha256/2c/" HEX);
	ck_assert_str_eq(layout_blob_data(&digest).text, "sha256/2c/" HEX "/data");
}
END_TEST

START_TEST(the_longest_digest_fits)
{
	struct digest digest;
	struct layout_path path;

	digest_of(&digest, DIGEST_SHA512, "", 0);
	path = layout_blob_data(&digest);
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
		bool is = layout_blob_digest(&digest, folders[i].algorithm, folders[i].prefix, folders[i].hex);

		ck_assert_msg(is == folders[i].due, "%s/%s/%s", folders[i].algorithm, folders[i].prefix, folders[i].hex);
		ck_assert(!is || digest_equal(&digest, &due));
	}
}
END_TEST

TEST_FILE(layout, a_blob_lies_where_dockers_registry_has_it, the_longest_digest_fits,
	  folders_are_digests_only_in_their_one_spelling)
