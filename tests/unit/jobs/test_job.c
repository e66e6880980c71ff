/* SPDX-License-Identifier: MIT */
/* The loop, with jobs that note their runs as letters in shared memory. */
#include "berth/jobs/job.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/shared.h"
#include "../../lib/test.h"

#define HOUR_MS 3600000

/* Settings of the test's jobs, which the loop only hands on. */
struct job_settings {
	int64_t interval_ms;
};

static struct noted {
	char runs[64];
	_Atomic size_t count;
	size_t enough; /* runs after which the process is to end */
} * noted;

static struct job_state *states;
static struct job_settings settings = {HOUR_MS};

static void begin(size_t enough)
{
	noted = shared_require(sizeof *noted, "a test");
	states = shared_require(8 * sizeof *states, "a test");
	noted->enough = enough;
}

static bool stopping(void)
{
	return atomic_load(&noted->count) >= noted->enough;
}

static enum job_result note(char letter, enum job_result result)
{
	noted->runs[atomic_fetch_add(&noted->count, 1)] = letter;
	return result;
}

static int64_t hourly(const struct job_settings *given)
{
	return given->interval_ms;
}

static int64_t always(const struct job_settings *given)
{
	(void)given;
	return 0;
}

static int64_t never(const struct job_settings *given)
{
	(void)given;
	return JOB_OFF;
}

#define JOB_THAT(name, letter, does)                                                        \
	static enum job_result name(const struct job_context *context, struct arena *arena) \
	{                                                                                   \
		(void)context;                                                              \
		(void)arena;                                                                \
		return note(letter, does);                                                  \
	}

JOB_THAT(a_done, 'a', JOB_DONE)
JOB_THAT(b_done, 'b', JOB_DONE)
JOB_THAT(c_more, 'c', JOB_MORE)
JOB_THAT(f_fails, 'f', JOB_FAILED)

static enum job_result k_dies(const struct job_context *context, struct arena *arena)
{
	(void)context;
	(void)arena;
	note('k', JOB_DONE);
	(void)raise(SIGKILL);
	return JOB_DONE;
}

static enum job_result m_takes_memory(const struct job_context *context, struct arena *arena)
{
	(void)context;
	note('m', JOB_DONE);
	for (void *taken = NULL;; taken = arena_alloc(arena, (size_t)16 << 20))
		(void)taken;
	return JOB_DONE;
}

static void run_jobs(const struct job *jobs, size_t count)
{
	const struct job_context context = {.settings = &settings, .stopping = stopping};

	job_loop(jobs, states, count, "pool", "process", &context);
}

/* In a process of its own, as the master starts it. Returns its wait status. */
static int run_in_child(const struct job *jobs, size_t count)
{
	int status = -1;
	pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		run_jobs(jobs, count);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

#define RUN(jobs) run_jobs(jobs, sizeof jobs / sizeof *jobs)
#define RUN_IN_CHILD(jobs) run_in_child(jobs, sizeof jobs / sizeof *jobs)

START_TEST(jobs_of_other_processes_and_pools_and_those_switched_off_do_not_run)
{
	const struct job jobs[] = {{"f", "pool", "other", 0, 0, always, f_fails},
				   {"f", "other", "process", 0, 0, always, f_fails},
				   {"f", "pool", "process", 0, 0, never, f_fails},
				   {"a", "pool", "process", 0, 0, always, a_done}};

	begin(3);
	RUN(jobs);
	ck_assert_str_eq(noted->runs, "aaa");
}
END_TEST

START_TEST(a_job_that_is_always_due_lets_the_others_run)
{
	const struct job jobs[] = {{"c", "pool", "process", 0, 0, hourly, c_more},
				   {"a", "pool", "process", 0, 0, always, a_done},
				   {"b", "pool", "process", 0, 0, always, b_done}};

	begin(30);
	RUN(jobs);
	ck_assert_ptr_nonnull(strchr(noted->runs, 'a'));
	ck_assert_ptr_nonnull(strchr(noted->runs, 'b'));
	ck_assert_ptr_nonnull(strchr(strchr(noted->runs, 'b'), 'c'));
}
END_TEST

START_TEST(a_job_is_due_again_after_its_interval)
{
	const struct job jobs[] = {{"a", "pool", "process", 0, 0, hourly, a_done}};
	int64_t before = clock_ms();

	begin(1);
	RUN(jobs);
	ck_assert_int_ge(atomic_load(&states[0].due_ms), before + HOUR_MS);
	ck_assert_int_le(atomic_load(&states[0].due_ms), clock_ms() + HOUR_MS);
	ck_assert_int_eq(atomic_load(&states[0].started_ms), 0);
}
END_TEST

START_TEST(the_wait_after_a_failure_doubles_up_to_its_bound_and_ends_with_a_success)
{
	const struct job failing[] = {{"f", "pool", "process", 0, 0, always, f_fails}};
	const struct job working[] = {{"a", "pool", "process", 0, 0, hourly, a_done}};

	begin(0);
	for (unsigned failures = 1; failures <= 10; failures++) {
		int64_t expected = (int64_t)JOB_RETRY_FIRST_MS << (failures - 1), wait;

		noted->enough = failures;
		atomic_store(&states[0].due_ms, 1);
		RUN(failing);
		wait = atomic_load(&states[0].due_ms) - clock_ms();
		ck_assert_uint_eq(atomic_load(&states[0].failures), failures);
		ck_assert_int_le(wait, expected < JOB_RETRY_MAX_MS ? expected : JOB_RETRY_MAX_MS);
		ck_assert_int_gt(wait, (expected < JOB_RETRY_MAX_MS ? expected : JOB_RETRY_MAX_MS) / 2);
	}
	noted->enough++;
	atomic_store(&states[0].due_ms, 1);
	RUN(working);
	ck_assert_uint_eq(atomic_load(&states[0].failures), 0);
}
END_TEST

START_TEST(a_job_whose_process_died_comes_after_the_others_and_waits)
{
	const struct job jobs[] = {{"k", "pool", "process", 0, 0, always, k_dies},
				   {"a", "pool", "process", 0, 0, always, a_done}};
	int status;

	begin(4);
	atomic_store(&states[0].due_ms, 1);
	status = RUN_IN_CHILD(jobs);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_ne(atomic_load(&states[0].started_ms), 0);
	status = RUN_IN_CHILD(jobs);
	ck_assert(WIFEXITED(status));
	ck_assert_str_eq(noted->runs, "kaaa");
	ck_assert_uint_eq(atomic_load(&states[0].failures), 1);
	ck_assert_int_eq(atomic_load(&states[0].started_ms), 0);
}
END_TEST

START_TEST(a_new_process_neither_forgets_nor_delays_what_is_due)
{
	const struct job jobs[] = {{"a", "pool", "process", 0, HOUR_MS, hourly, a_done}};
	int64_t due = clock_ms() + 5;

	begin(1);
	atomic_store(&states[0].due_ms, due);
	RUN(jobs);
	ck_assert_str_eq(noted->runs, "a");
	noted->enough = 0;
	atomic_store(&states[0].due_ms, due + (int64_t)100 * HOUR_MS);
	RUN(jobs);
	ck_assert_int_le(atomic_load(&states[0].due_ms), clock_ms() + HOUR_MS);
}
END_TEST

START_TEST(a_job_that_runs_out_of_memory_fails_and_its_process_ends)
{
	const struct job jobs[] = {{"m", "pool", "process", 0, 0, always, m_takes_memory}};
	int status;

	begin(2);
	status = RUN_IN_CHILD(jobs);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	ck_assert_str_eq(noted->runs, "m");
	ck_assert_uint_eq(atomic_load(&states[0].failures), 1);
}
END_TEST

TEST_FILE(job, jobs_of_other_processes_and_pools_and_those_switched_off_do_not_run,
	  a_job_that_is_always_due_lets_the_others_run, a_job_is_due_again_after_its_interval,
	  the_wait_after_a_failure_doubles_up_to_its_bound_and_ends_with_a_success,
	  a_job_whose_process_died_comes_after_the_others_and_waits, a_new_process_neither_forgets_nor_delays_what_is_due,
	  a_job_that_runs_out_of_memory_fails_and_its_process_ends)
