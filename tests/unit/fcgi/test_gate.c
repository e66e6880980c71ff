/* SPDX-License-Identifier: MIT */
#include "berth/fcgi/gate.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../lib/test.h"

#define PATIENCE_MS 20000 /* more than any of this takes on a busy machine */

static struct gate *shared_gate(void)
{
	void *memory = mmap(NULL, sizeof(struct gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	return memory;
}

/* A process that is inside (or waits) and stays until it is told to leave through the pipe, or killed. */
static pid_t visitor(struct gate *gate, unsigned limit, int *leave, int *came)
{
	int in[2], out[2];
	pid_t pid;
	char byte = 0;

	ck_assert(pipe(in) == 0 && pipe(out) == 0);
	pid = fork();
	if (pid == 0) {
		close(in[1]);
		byte = gate_enter(gate, limit, 1, PATIENCE_MS) ? 'y' : 'n';
		if (write(out[1], &byte, 1) != 1)
			_exit(1);
		(void)!read(in[0], &byte, 1);
		gate_leave(gate);
		_exit(0);
	}
	close(in[0]);
	close(out[1]);
	*leave = in[1];
	*came = out[0];
	return pid;
}

static char answer(int came)
{
	char byte = '?';

	ck_assert_int_eq(read(came, &byte, 1), 1);
	return byte;
}

START_TEST(as_many_as_the_limit_enter_and_one_comes_after_another_has_left)
{
	struct gate *gate = shared_gate();
	int leave, came, status;
	pid_t first = visitor(gate, 1, &leave, &came);

	ck_assert_int_eq(answer(came), 'y');
	ck_assert(!gate_enter(gate, 1, 1, 0));
	ck_assert(gate_enter(gate, 2, 1, 0)); /* a higher limit has room */
	gate_leave(gate);
	ck_assert_int_eq(write(leave, "x", 1), 1);
	ck_assert(gate_enter(gate, 1, 1, PATIENCE_MS));
	gate_leave(gate);
	ck_assert_int_eq(waitpid(first, &status, 0), first);
}
END_TEST

START_TEST(whoever_comes_when_enough_wait_is_turned_away_at_once)
{
	struct gate *gate = shared_gate();
	int leave[2], came[2], status;
	pid_t inside = visitor(gate, 1, &leave[0], &came[0]), waiting;

	ck_assert_int_eq(answer(came[0]), 'y');
	waiting = visitor(gate, 1, &leave[1], &came[1]);
	while (atomic_load(&gate->waiting[0]) == 0)
		usleep(1000);
	ck_assert(!gate_enter(gate, 1, 1, PATIENCE_MS)); /* would wait longer than the test may take */
	ck_assert_int_eq(write(leave[0], "x", 1), 1);
	ck_assert_int_eq(answer(came[1]), 'y');
	ck_assert_int_eq(write(leave[1], "x", 1), 1);
	ck_assert_int_eq(waitpid(inside, &status, 0), inside);
	ck_assert_int_eq(waitpid(waiting, &status, 0), waiting);
}
END_TEST

START_TEST(the_tickets_of_the_dead_are_taken_back)
{
	struct gate *gate = shared_gate();
	int leave, came, status;
	pid_t dead = visitor(gate, 1, &leave, &came);

	ck_assert_int_eq(answer(came), 'y');
	kill(dead, SIGKILL);
	ck_assert_int_eq(waitpid(dead, &status, 0), dead);
	ck_assert(!gate_enter(gate, 1, 1, 0));
	gate_forget(gate, dead);
	ck_assert(gate_enter(gate, 1, 1, 0));
	gate_leave(gate);
}
END_TEST

TEST_FILE(gate, as_many_as_the_limit_enter_and_one_comes_after_another_has_left,
	  whoever_comes_when_enough_wait_is_turned_away_at_once, the_tickets_of_the_dead_are_taken_back)
