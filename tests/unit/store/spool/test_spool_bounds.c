/* SPDX-License-Identifier: MIT */
/* The bounds of the spool: what is left, and whose bytes are taken back. */
#include "berth/store/spool_bounds.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "../../../lib/test.h"

#define MIB ((uint64_t)1 << 20)

static char folder[64];
static struct spool_bounds bounds;

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void begin(uint64_t max)
{
	(void)snprintf(folder, sizeof folder, "/tmp/berth-bounds.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	bounds = (struct spool_bounds){.folder = folder, .max = max, .reserve_is_given = true};
}

static void end(void)
{
	static const char *const names[] = {"small", "large", "linked"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		(void)unlink(path_of(names[i]));
	ck_assert_int_eq(rmdir(folder), 0);
}

/* A file of so many bytes that take room on the disk; open, as a web server has it. */
static int spooled(const char *name, uint64_t bytes)
{
	static char block[1 << 16];
	int fd = open(path_of(name), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	memset(block, 'x', sizeof block);
	for (uint64_t done = 0; done < bytes; done += sizeof block)
		ck_assert_int_eq(write(fd, block, sizeof block), sizeof block);
	return fd;
}

static struct stat status_of(const char *name)
{
	struct stat status;

	ck_assert_int_eq(stat(path_of(name), &status), 0);
	return status;
}

START_TEST(what_is_left_is_the_smaller_of_both_bounds)
{
	struct statvfs disk;
	int fd;

	begin(8 * MIB);
	fd = spooled("small", 2 * MIB);
	ck_assert_uint_eq(spool_left(&bounds), 6 * MIB);
	ck_assert_int_eq(statvfs(folder, &disk), 0);
	bounds.reserve = (uint64_t)disk.f_blocks * disk.f_frsize;
	ck_assert_uint_eq(spool_left(&bounds), 0);
	bounds.reserve = UINT64_MAX;
	bounds.reserve_is_given = false; /* a twentieth of the disk at most, of which this machine has more */
	bounds.max = 0;
	ck_assert_uint_gt(spool_left(&bounds), 0);
	close(fd);
	end();
}
END_TEST

START_TEST(the_largest_file_is_taken_back_first)
{
	int small, large;

	begin(8 * MIB);
	small = spooled("small", 3 * MIB);
	large = spooled("large", 7 * MIB);
	ck_assert_uint_eq(spool_take_back(&bounds), 1);
	ck_assert_int_eq(status_of("large").st_size, 0);
	ck_assert_uint_eq(status_of("large").st_mode & 0777, SPOOL_TAKEN_MODE);
	ck_assert_int_eq(status_of("small").st_size, 3 * MIB);
	ck_assert_uint_eq(spool_take_back(&bounds), 0);
	ck_assert_int_eq(pwrite(large, "x", 1, 7 * MIB), 1); /* the web server goes on behind the hole */
	ck_assert_uint_lt((uint64_t)status_of("large").st_blocks * 512, MIB);
	close(small);
	close(large);
	end();
}
END_TEST

START_TEST(what_a_worker_has_seen_is_left_alone)
{
	char linked[128];
	int fd;

	begin(MIB);
	(void)snprintf(linked, sizeof linked, "%s", path_of("linked"));
	fd = spooled("large", 4 * MIB);
	ck_assert_int_eq(flock(fd, LOCK_SH), 0);
	ck_assert_uint_eq(spool_take_back(&bounds), 0);
	ck_assert_int_eq(flock(fd, LOCK_UN), 0);
	ck_assert_int_eq(link(path_of("large"), linked), 0);
	ck_assert_uint_eq(spool_take_back(&bounds), 0);
	ck_assert_int_eq(status_of("large").st_size, 4 * MIB);
	close(fd);
	end();
}
END_TEST

TEST_FILE(spool_bounds, what_is_left_is_the_smaller_of_both_bounds, the_largest_file_is_taken_back_first,
	  what_a_worker_has_seen_is_left_alone)
