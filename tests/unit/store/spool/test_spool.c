/* SPDX-License-Identifier: MIT */
#include "../../../../src/store/spool/spool_priv.h"
#include "../../../lib/test.h"

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
		bool is = spool_name(&name, "/data/spool", names[i].path);

		ck_assert_msg(is == (names[i].due != NULL), "%s", names[i].path);
		ck_assert(!is || span_is(name, names[i].due));
	}
}
END_TEST

TEST_FILE(spool, a_spool_file_is_named_below_the_spool_folder_only)
