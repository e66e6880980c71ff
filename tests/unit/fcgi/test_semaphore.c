/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/semaphore.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

#define PATIENCE_MS 20000 /* more than any of this takes on a busy machine */

static struct semaphore *semaphore;

/* A process that is inside (or waits) and stays until it is told to leave through the pipe, or killed. */
struct visitor {
	pid_t pid;
	int leave, came;
};

static void begin(void)
{
	semaphore = mmap(NULL, sizeof *semaphore, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(semaphore, MAP_FAILED);
}

static struct semaphore_limits limits(unsigned at_once, unsigned kept, unsigned waiting, unsigned wait_ms)
{
	return (struct semaphore_limits){at_once, kept, waiting, waiting, wait_ms};
}

static bool enter_now(struct semaphore_limits with, enum semaphore_class class, uint64_t source)
{
	with.wait_ms = 0;
	return semaphore_acquire(semaphore, &with, class, source);
}

static struct visitor visit(struct semaphore_limits with, enum semaphore_class class, uint64_t source)
{
	int in[2], out[2];
	char byte = 0;
	pid_t pid;

	ck_assert(pipe(in) == 0 && pipe(out) == 0);
	pid = fork();
	if (pid == 0) {
		close(in[1]);
		byte = semaphore_acquire(semaphore, &with, class, source) ? 'y' : 'n';
		if (write(out[1], &byte, 1) != 1)
			_exit(1);
		(void)!read(in[0], &byte, 1);
		semaphore_release(semaphore);
		_exit(0);
	}
	close(in[0]);
	close(out[1]);
	return (struct visitor){pid, in[1], out[0]};
}

static char answer(const struct visitor *visitor)
{
	char byte = '?';

	ck_assert_int_eq(read(visitor->came, &byte, 1), 1);
	return byte;
}

static void send_away(const struct visitor *visitor)
{
	int status;

	ck_assert_int_eq(write(visitor->leave, "x", 1), 1);
	ck_assert_int_eq(waitpid(visitor->pid, &status, 0), visitor->pid);
	ck_assert_int_eq(status, 0);
}

static struct visitor inside(struct semaphore_limits with, enum semaphore_class class, uint64_t source)
{
	struct visitor visitor = visit(with, class, source);

	ck_assert_int_eq(answer(&visitor), 'y');
	return visitor;
}

static unsigned waiting(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < sizeof semaphore->waiting / sizeof *semaphore->waiting; i++)
		count += atomic_load(&semaphore->waiting[i]) != 0;
	return count;
}

static void wait_for_waiting(unsigned count)
{
	while (waiting() != count)
		usleep(1000);
}

START_TEST(as_many_as_the_limit_enter_and_one_comes_after_another_has_left)
{
	const struct semaphore_limits one = limits(1, 0, 1, PATIENCE_MS), two = limits(2, 0, 1, 0);
	struct visitor first;

	begin();
	first = inside(one, SEMAPHORE_CLEAN, 1);
	ck_assert(!enter_now(one, SEMAPHORE_CLEAN, 2));
	ck_assert(enter_now(two, SEMAPHORE_CLEAN, 2));
	semaphore_release(semaphore);
	send_away(&first);
	ck_assert(semaphore_acquire(semaphore, &one, SEMAPHORE_CLEAN, 2));
	semaphore_release(semaphore);
	semaphore_release(semaphore);
}
END_TEST

START_TEST(whoever_comes_when_enough_wait_is_turned_away_at_once)
{
	const struct semaphore_limits one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(one, SEMAPHORE_CLEAN, 1);
	second = visit(one, SEMAPHORE_CLEAN, 2);
	wait_for_waiting(1);
	ck_assert(!semaphore_acquire(semaphore, &one, SEMAPHORE_CLEAN, 3)); /* would wait longer than the test may take */
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	send_away(&second);
}
END_TEST

START_TEST(a_source_has_one_inside_and_one_that_waits)
{
	const struct semaphore_limits many = limits(8, 0, 8, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(many, SEMAPHORE_CLEAN, 1);
	second = visit(many, SEMAPHORE_CLEAN, 1);
	wait_for_waiting(1);
	ck_assert(!semaphore_acquire(semaphore, &many, SEMAPHORE_CLEAN, 1));
	ck_assert(enter_now(many, SEMAPHORE_CLEAN, 2));
	semaphore_release(semaphore);
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	send_away(&second);
}
END_TEST

/* However many processes of one source come at the same moment. */
START_TEST(a_race_lets_one_of_a_source_in)
{
	enum { RACERS = 8, ROUNDS = 200 };
	const struct semaphore_limits many = limits(RACERS, 0, RACERS, 0);
	_Atomic int *within;
	int status;

	begin();
	within = mmap(NULL, sizeof *within, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(within, MAP_FAILED);
	for (int i = 0; i < RACERS; i++)
		if (fork() == 0) {
			int most = 0;

			for (int round = 0; round < ROUNDS; round++) {
				if (!enter_now(many, SEMAPHORE_CLEAN, 1))
					continue;
				most = atomic_fetch_add(within, 1) > 0 ? 1 : most;
				atomic_fetch_sub(within, 1);
				semaphore_release(semaphore);
			}
			_exit(most);
		}
	for (int i = 0; i < RACERS; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
}
END_TEST

START_TEST(the_suspect_never_wait_and_go_behind_those_who_do)
{
	const struct semaphore_limits two = limits(2, 0, 1, PATIENCE_MS), one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(one, SEMAPHORE_SUSPECT, 1);
	ck_assert(!semaphore_acquire(semaphore, &one, SEMAPHORE_SUSPECT, 2));
	second = visit(one, SEMAPHORE_CLEAN, 3);
	wait_for_waiting(1);
	ck_assert(
		!semaphore_acquire(semaphore, &two, SEMAPHORE_SUSPECT, 2)); /* there is a ticket, for which another waits */
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	ck_assert(enter_now(two, SEMAPHORE_SUSPECT, 2));
	semaphore_release(semaphore);
	send_away(&second);
}
END_TEST

START_TEST(the_known_have_tickets_that_others_cannot_take)
{
	const struct semaphore_limits kept = limits(1, 1, 1, PATIENCE_MS);
	struct visitor stranger, known, next;

	begin();
	stranger = inside(kept, SEMAPHORE_SUSPECT, 1);
	ck_assert(!enter_now(kept, SEMAPHORE_CLEAN, 2));
	known = inside(kept, SEMAPHORE_KNOWN, 3);
	next = visit(kept, SEMAPHORE_KNOWN, 4);
	wait_for_waiting(1);
	ck_assert(!enter_now(kept, SEMAPHORE_CLEAN, 2));
	send_away(&known);
	ck_assert_int_eq(answer(&next), 'y');
	send_away(&next);
	send_away(&stranger);
}
END_TEST

START_TEST(the_tickets_of_the_dead_are_taken_back)
{
	const struct semaphore_limits one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;
	int status;

	begin();
	first = inside(one, SEMAPHORE_CLEAN, 1);
	second = visit(one, SEMAPHORE_CLEAN, 2);
	wait_for_waiting(1);
	kill(first.pid, SIGKILL);
	kill(second.pid, SIGKILL);
	ck_assert_int_eq(waitpid(first.pid, &status, 0), first.pid);
	ck_assert_int_eq(waitpid(second.pid, &status, 0), second.pid);
	ck_assert(!enter_now(one, SEMAPHORE_CLEAN, 3));
	semaphore_reclaim(semaphore, first.pid);
	semaphore_reclaim(semaphore, second.pid);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert(enter_now(one, SEMAPHORE_CLEAN, 3));
	semaphore_release(semaphore);
}
END_TEST

TEST_FILE(semaphore, as_many_as_the_limit_enter_and_one_comes_after_another_has_left,
	  whoever_comes_when_enough_wait_is_turned_away_at_once, a_source_has_one_inside_and_one_that_waits,
	  a_race_lets_one_of_a_source_in, the_suspect_never_wait_and_go_behind_those_who_do,
	  the_known_have_tickets_that_others_cannot_take, the_tickets_of_the_dead_are_taken_back)
