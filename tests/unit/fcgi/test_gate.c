/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/gate.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

#define PATIENCE_MS 20000 /* more than any of this takes on a busy machine */

static struct gate *gate;

/* A process that is inside (or waits) and stays until it is told to leave through the pipe, or killed. */
struct visitor {
	pid_t pid;
	int leave, came;
};

static void begin(void)
{
	gate = mmap(NULL, sizeof *gate, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(gate, MAP_FAILED);
}

static struct gate_limits limits(unsigned at_once, unsigned kept, unsigned waiting, unsigned wait_ms)
{
	return (struct gate_limits){at_once, kept, waiting, waiting, wait_ms};
}

static bool enter_now(struct gate_limits with, enum gate_class class, uint64_t source)
{
	with.wait_ms = 0;
	return gate_enter(gate, &with, class, source);
}

static struct visitor visit(struct gate_limits with, enum gate_class class, uint64_t source)
{
	int in[2], out[2];
	char byte = 0;
	pid_t pid;

	ck_assert(pipe(in) == 0 && pipe(out) == 0);
	pid = fork();
	if (pid == 0) {
		close(in[1]);
		byte = gate_enter(gate, &with, class, source) ? 'y' : 'n';
		if (write(out[1], &byte, 1) != 1)
			_exit(1);
		(void)!read(in[0], &byte, 1);
		gate_leave(gate);
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

static struct visitor inside(struct gate_limits with, enum gate_class class, uint64_t source)
{
	struct visitor visitor = visit(with, class, source);

	ck_assert_int_eq(answer(&visitor), 'y');
	return visitor;
}

static unsigned waiting(void)
{
	unsigned count = 0;

	for (size_t i = 0; i < sizeof gate->waiting / sizeof *gate->waiting; i++)
		count += atomic_load(&gate->waiting[i]) != 0;
	return count;
}

static void wait_for_waiting(unsigned count)
{
	while (waiting() != count)
		usleep(1000);
}

START_TEST(as_many_as_the_limit_enter_and_one_comes_after_another_has_left)
{
	const struct gate_limits one = limits(1, 0, 1, PATIENCE_MS), two = limits(2, 0, 1, 0);
	struct visitor first;

	begin();
	first = inside(one, GATE_CLEAN, 1);
	ck_assert(!enter_now(one, GATE_CLEAN, 2));
	ck_assert(enter_now(two, GATE_CLEAN, 2));
	gate_leave(gate);
	send_away(&first);
	ck_assert(gate_enter(gate, &one, GATE_CLEAN, 2));
	gate_leave(gate);
	gate_leave(gate);
}
END_TEST

START_TEST(whoever_comes_when_enough_wait_is_turned_away_at_once)
{
	const struct gate_limits one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(one, GATE_CLEAN, 1);
	second = visit(one, GATE_CLEAN, 2);
	wait_for_waiting(1);
	ck_assert(!gate_enter(gate, &one, GATE_CLEAN, 3)); /* would wait longer than the test may take */
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	send_away(&second);
}
END_TEST

START_TEST(a_source_has_one_inside_and_one_that_waits)
{
	const struct gate_limits many = limits(8, 0, 8, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(many, GATE_CLEAN, 1);
	second = visit(many, GATE_CLEAN, 1);
	wait_for_waiting(1);
	ck_assert(!gate_enter(gate, &many, GATE_CLEAN, 1));
	ck_assert(enter_now(many, GATE_CLEAN, 2));
	gate_leave(gate);
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	send_away(&second);
}
END_TEST

/* However many processes of one source come at the same moment. */
START_TEST(a_race_lets_one_of_a_source_in)
{
	enum { RACERS = 8, ROUNDS = 200 };
	const struct gate_limits many = limits(RACERS, 0, RACERS, 0);
	_Atomic int *within;
	int status;

	begin();
	within = mmap(NULL, sizeof *within, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(within, MAP_FAILED);
	for (int i = 0; i < RACERS; i++)
		if (fork() == 0) {
			int most = 0;

			for (int round = 0; round < ROUNDS; round++) {
				if (!enter_now(many, GATE_CLEAN, 1))
					continue;
				most = atomic_fetch_add(within, 1) > 0 ? 1 : most;
				atomic_fetch_sub(within, 1);
				gate_leave(gate);
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
	const struct gate_limits two = limits(2, 0, 1, PATIENCE_MS), one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;

	begin();
	first = inside(one, GATE_SUSPECT, 1);
	ck_assert(!gate_enter(gate, &one, GATE_SUSPECT, 2));
	second = visit(one, GATE_CLEAN, 3);
	wait_for_waiting(1);
	ck_assert(!gate_enter(gate, &two, GATE_SUSPECT, 2)); /* there is a ticket, for which another waits */
	send_away(&first);
	ck_assert_int_eq(answer(&second), 'y');
	ck_assert(enter_now(two, GATE_SUSPECT, 2));
	gate_leave(gate);
	send_away(&second);
}
END_TEST

START_TEST(the_known_have_tickets_that_others_cannot_take)
{
	const struct gate_limits kept = limits(1, 1, 1, PATIENCE_MS);
	struct visitor stranger, known, next;

	begin();
	stranger = inside(kept, GATE_SUSPECT, 1);
	ck_assert(!enter_now(kept, GATE_CLEAN, 2));
	known = inside(kept, GATE_KNOWN, 3);
	next = visit(kept, GATE_KNOWN, 4);
	wait_for_waiting(1);
	ck_assert(!enter_now(kept, GATE_CLEAN, 2));
	send_away(&known);
	ck_assert_int_eq(answer(&next), 'y');
	send_away(&next);
	send_away(&stranger);
}
END_TEST

START_TEST(the_tickets_of_the_dead_are_taken_back)
{
	const struct gate_limits one = limits(1, 0, 1, PATIENCE_MS);
	struct visitor first, second;
	int status;

	begin();
	first = inside(one, GATE_CLEAN, 1);
	second = visit(one, GATE_CLEAN, 2);
	wait_for_waiting(1);
	kill(first.pid, SIGKILL);
	kill(second.pid, SIGKILL);
	ck_assert_int_eq(waitpid(first.pid, &status, 0), first.pid);
	ck_assert_int_eq(waitpid(second.pid, &status, 0), second.pid);
	ck_assert(!enter_now(one, GATE_CLEAN, 3));
	gate_forget(gate, first.pid);
	gate_forget(gate, second.pid);
	ck_assert_uint_eq(waiting(), 0);
	ck_assert(enter_now(one, GATE_CLEAN, 3));
	gate_leave(gate);
}
END_TEST

TEST_FILE(gate, as_many_as_the_limit_enter_and_one_comes_after_another_has_left,
	  whoever_comes_when_enough_wait_is_turned_away_at_once, a_source_has_one_inside_and_one_that_waits,
	  a_race_lets_one_of_a_source_in, the_suspect_never_wait_and_go_behind_those_who_do,
	  the_known_have_tickets_that_others_cannot_take, the_tickets_of_the_dead_are_taken_back)
