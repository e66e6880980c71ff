/* SPDX-License-Identifier: MIT */
/* Hashing ahead: the process that follows spool files, and what a worker takes from its table. */
#include "berth/store/prehash.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../../lib/test.h"

#define MIB ((size_t)1 << 20)

static char folder[] = "/tmp/berth-ahead.XXXXXX";
static char path[64];
static struct prehash_table *table;
static pid_t follower;
static volatile sig_atomic_t told;

static void on_term(int number)
{
	(void)number;
	told = 1;
}

static bool stopping(void)
{
	return told != 0;
}

static void begin(void)
{
	struct sigaction action = {.sa_handler = on_term};

	ck_assert_ptr_nonnull(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/0000000001", folder);
	table = mmap(NULL, sizeof *table, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert(table != MAP_FAILED);
	atomic_store(&table->slots[0].sequence, 7); /* as left by one that died while it wrote */
	follower = fork();
	if (follower == 0) {
		sigaction(SIGTERM, &action, NULL);
		prehash_run(table, folder, stopping);
		_exit(told ? 0 : 1);
	}
}

static void end(void)
{
	int status;

	kill(follower, SIGTERM);
	ck_assert_int_eq(waitpid(follower, &status, 0), follower);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	(void)unlink(path);
	ck_assert_int_eq(rmdir(folder), 0);
	munmap(table, sizeof *table);
}

static void add(int fd, size_t len, unsigned seed)
{
	unsigned char *bytes = malloc(len);

	ck_assert_ptr_nonnull(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (unsigned char)((seed = seed * 1103515245 + 12345) >> 16);
	ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
	free(bytes);
}

static int spool_file(void)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

/* Waits, ten seconds at most, until a hasher gets at least `least` bytes of the file. */
static uint64_t taken(int fd, struct hasher *hasher, uint64_t least)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	uint64_t got = 0;

	for (int i = 0; i < 5000 && got < least; i++) {
		hasher_init(hasher, DIGEST_SHA256);
		got = prehash_take(table, fd, hasher);
		if (got < least)
			(void)nanosleep(&pause, NULL);
	}
	return got;
}

static void hash_rest(int fd, struct hasher *hasher, struct digest *out)
{
	static unsigned char bytes[65536];
	ssize_t got;

	while ((got = read(fd, bytes, sizeof bytes)) > 0)
		hasher_update(hasher, bytes, (size_t)got);
	hasher_final(hasher, out);
}

static void check_digest(int fd, struct hasher *hasher)
{
	struct digest prehashed, plain;
	struct hasher other;

	hash_rest(fd, hasher, &prehashed);
	ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
	hasher_init(&other, DIGEST_SHA256);
	hash_rest(fd, &other, &plain);
	ck_assert(digest_equal(&prehashed, &plain));
}

START_TEST(a_growing_file_is_hashed_and_its_state_taken)
{
	struct hasher hasher;
	int fd;

	begin();
	fd = spool_file();
	add(fd, 3 * MIB + 5, 1);
	ck_assert_uint_ge(taken(fd, &hasher, 2 * MIB), 2 * MIB);
	add(fd, 3 * MIB + 1, 2);
	ck_assert_uint_ge(taken(fd, &hasher, 5 * MIB), 5 * MIB);
	check_digest(fd, &hasher);
	close(fd);
	end();
}
END_TEST

START_TEST(a_linked_file_can_still_be_taken_for_a_moment_and_is_then_forgotten)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	char linked[80];
	struct hasher hasher;
	uint64_t got = 1;
	int fd;

	begin();
	fd = spool_file();
	add(fd, 4 * MIB, 3);
	ck_assert_uint_ge(taken(fd, &hasher, 3 * MIB), 3 * MIB);
	(void)snprintf(linked, sizeof linked, "%s.upload", path);
	ck_assert_int_eq(link(path, linked), 0);
	hasher_init(&hasher, DIGEST_SHA256);
	ck_assert_uint_ge(prehash_take(table, fd, &hasher), 3 * MIB);
	check_digest(fd, &hasher);
	for (int i = 0; i < 5000 && got > 0; i++) {
		hasher_init(&hasher, DIGEST_SHA256);
		got = prehash_take(table, fd, &hasher);
		(void)nanosleep(&pause, NULL);
	}
	ck_assert_uint_eq(got, 0);
	check_digest(fd, &hasher);
	close(fd);
	(void)unlink(linked);
	end();
}
END_TEST

START_TEST(another_files_state_is_never_taken)
{
	struct hasher hasher;
	char other[80];
	int fd, second;

	begin();
	fd = spool_file();
	add(fd, 4 * MIB, 4);
	ck_assert_uint_ge(taken(fd, &hasher, 3 * MIB), 3 * MIB);
	(void)snprintf(other, sizeof other, "%s.other", folder);
	second = open(other, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	add(second, 4 * MIB, 5);
	hasher_init(&hasher, DIGEST_SHA256);
	ck_assert_uint_eq(prehash_take(table, second, &hasher), 0);
	check_digest(second, &hasher);
	close(fd);
	close(second);
	(void)unlink(other);
	end();
}
END_TEST

START_TEST(a_file_cut_behind_our_back_is_hashed_anew)
{
	struct hasher hasher;
	int fd;

	begin();
	fd = spool_file();
	add(fd, 4 * MIB, 6);
	ck_assert_uint_ge(taken(fd, &hasher, 3 * MIB), 3 * MIB);
	ck_assert_int_eq(ftruncate(fd, (off_t)MIB), 0);
	hasher_init(&hasher, DIGEST_SHA256);
	ck_assert_uint_eq(prehash_take(table, fd, &hasher), 0);
	check_digest(fd, &hasher);
	close(fd);
	end();
}
END_TEST

START_TEST(without_a_table_or_with_another_algorithm_nothing_is_taken)
{
	struct hasher hasher;
	int fd;

	begin();
	fd = spool_file();
	add(fd, 4 * MIB, 7);
	ck_assert_uint_ge(taken(fd, &hasher, 3 * MIB), 3 * MIB);
	hasher_init(&hasher, DIGEST_SHA256);
	ck_assert_uint_eq(prehash_take(NULL, fd, &hasher), 0);
	hasher_init(&hasher, DIGEST_SHA512);
	ck_assert_uint_eq(prehash_take(table, fd, &hasher), 0);
	ck_assert_int_eq(hasher.algorithm, DIGEST_SHA512);
	close(fd);
	end();
}
END_TEST

TEST_FILE(prehash, a_growing_file_is_hashed_and_its_state_taken,
	  a_linked_file_can_still_be_taken_for_a_moment_and_is_then_forgotten, another_files_state_is_never_taken,
	  a_file_cut_behind_our_back_is_hashed_anew, without_a_table_or_with_another_algorithm_nothing_is_taken)
