/* SPDX-License-Identifier: MIT */
#include "berth/auth/watched_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../../lib/test.h"

static struct arena arena;
static char folder[] = "/tmp/berth-watched-XXXXXX";
static char path[64], other[64];
static char reason[200];

static void begin(void)
{
	arena_init(&arena, (size_t)1 << 20);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/file", folder);
	(void)snprintf(other, sizeof other, "%s/other", folder);
}

static void end(void)
{
	(void)unlink(path);
	(void)unlink(other);
	ck_assert(rmdir(folder) == 0);
	arena_release(&arena);
}

static void write_to(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	ck_assert(out && fputs(text, out) >= 0 && fclose(out) == 0);
}

/* Until what is written from now on has later times. */
static void settle(const char *name)
{
	struct timespec now, pause = {.tv_nsec = 1000000};
	struct stat is;

	ck_assert(stat(name, &is) == 0);
	do {
		(void)nanosleep(&pause, NULL);
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
	} while (now.tv_sec < is.st_ctim.tv_sec || (now.tv_sec == is.st_ctim.tv_sec && now.tv_nsec <= is.st_ctim.tv_nsec));
}

START_TEST(what_was_read_has_not_changed)
{
	struct watched_file file = {.path = path};
	struct span text;

	begin();
	write_to(path, "text");
	ck_assert(watched_file_changed(&file));
	settle(path);
	ck_assert_msg(watched_file_read(&file, &arena, 100, &text, reason, sizeof reason), "%s", reason);
	ck_assert(span_is(text, "text") && text.ptr[4] == '\0');
	ck_assert(!watched_file_changed(&file));
	write_to(path, "longer text");
	ck_assert(watched_file_changed(&file));
	end();
}
END_TEST

/* Nothing tells the two from each other, not even their times, which are those of the tick. */
START_TEST(what_is_written_again_at_once_is_a_change)
{
	struct watched_file file = {.path = path};
	struct span text;

	begin();
	for (int i = 0; i < 100; i++) {
		write_to(path, "text");
		ck_assert(watched_file_read(&file, &arena, 100, &text, reason, sizeof reason));
		write_to(path, "txet");
		ck_assert(watched_file_changed(&file));
	}
	settle(path);
	ck_assert(watched_file_read(&file, &arena, 100, &text, reason, sizeof reason) && span_is(text, "txet"));
	ck_assert(!watched_file_changed(&file));
	end();
}
END_TEST

/* As long and as old as the one before: only its inode tells. */
START_TEST(another_file_in_its_place_is_a_change)
{
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	struct watched_file file = {.path = path};
	struct span text;

	begin();
	write_to(path, "text");
	write_to(other, "txet");
	ck_assert(utimensat(AT_FDCWD, path, old, 0) == 0 && utimensat(AT_FDCWD, other, old, 0) == 0);
	ck_assert(watched_file_read(&file, &arena, 100, &text, reason, sizeof reason));
	ck_assert_int_gt(watched_file_age(&file), 1000000);
	ck_assert(rename(other, path) == 0);
	ck_assert(watched_file_changed(&file));
	ck_assert(watched_file_read(&file, &arena, 100, &text, reason, sizeof reason) && span_is(text, "txet"));
	end();
}
END_TEST

/* A file that is gone, or cannot be used, is complained about once and not with each look. */
START_TEST(what_cannot_be_read_is_seen_all_the_same)
{
	struct watched_file file = {.path = path};
	struct span text;

	begin();
	ck_assert(!watched_file_changed(&file));
	ck_assert(!watched_file_read(&file, &arena, 100, &text, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "No such file"));
	ck_assert_int_eq(watched_file_age(&file), 0);
	write_to(path, "text");
	ck_assert(!watched_file_read(&file, &arena, 3, &text, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "too large"));
	ck_assert(!watched_file_changed(&file));
	ck_assert(unlink(path) == 0 && watched_file_changed(&file));
	file.path = folder;
	ck_assert(!watched_file_read(&file, &arena, 1 << 20, &text, reason, sizeof reason));
	ck_assert_ptr_nonnull(strstr(reason, "not a file"));
	ck_assert(!watched_file_changed(&file));
	end();
}
END_TEST

/* Nobody opens the other end: a plain open would wait for ever. */
START_TEST(a_pipe_is_no_file)
{
	struct watched_file file = {.path = path};
	struct span text;

	begin();
	ck_assert(mkfifo(path, 0600) == 0);
	ck_assert(!watched_file_read(&file, &arena, 100, &text, reason, sizeof reason));
	end();
}
END_TEST

TEST_FILE(watched_file, what_was_read_has_not_changed, what_is_written_again_at_once_is_a_change,
	  another_file_in_its_place_is_a_change, what_cannot_be_read_is_seen_all_the_same, a_pipe_is_no_file)
