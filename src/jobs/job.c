/* SPDX-License-Identifier: MIT */
/* The loop of a process of jobs: the job that has been due longest runs; while none is due, the process sleeps. */
#include "berth/jobs/job.h"

#include <inttypes.h>
#include <string.h>
#include <sys/random.h>

#include "berth/base/clock.h"
#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/metric.h"
#include "berth/base/pause.h"

#define SLEEP_MAX_MS 1000
#define GUARD_MEMORY ((size_t)4 << 10) /* of the arena that is only a recovery point */

enum { OUTCOME_SUCCESS, OUTCOME_FAILURE };

static int64_t random_part(int64_t ms)
{
	uint64_t random = 0;

	if (ms <= 0 || getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		return 0;
	return (int64_t)(random % (uint64_t)ms);
}

static int64_t least_ms(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t retry_ms(unsigned failures)
{
	int64_t ms = JOB_RETRY_FIRST_MS;

	for (unsigned i = 1; i < failures && ms < JOB_RETRY_MAX_MS; i++)
		ms *= 2;
	return least_ms(ms, JOB_RETRY_MAX_MS);
}

static void job_failed(const struct job *job, struct job_state *state, const char *how)
{
	unsigned failures = atomic_load(&state->failures) + 1;
	int64_t wait = retry_ms(failures);

	atomic_store(&state->failures, failures);
	atomic_store(&state->due_ms, clock_ms() + wait);
	log_warn("job: %s: %s, %u in a row; runs again in %" PRId64 " s", job->name, how, failures, wait / 1000);
}

/*
 * A start that is already set stays, if it comes sooner: otherwise reloads could put a job off for ever. A process that
 * died after a run of more than the longest wait died by accident, so earlier failures are forgotten.
 */
static void schedule_first(const struct job *job, struct job_state *state, int64_t interval)
{
	int64_t now = clock_ms(), started = atomic_load(&state->started_ms), due = atomic_load(&state->due_ms);
	int64_t first = now + random_part(least_ms(job->spread_ms, interval));

	if (started != 0) {
		if (now - started > JOB_RETRY_MAX_MS)
			atomic_store(&state->failures, 0);
		job_failed(job, state, "its process died during a run");
		atomic_store(&state->started_ms, 0);
	} else {
		atomic_store(&state->due_ms, due ? least_ms(due, first) : first);
	}
}

/* A job whose memory runs out jumps back here. What it left half done may be a library's: the process has to end. */
static enum job_result run_guarded(const struct job *job, const struct job_context *context, struct arena *arena,
				   struct arena *guard)
{
	volatile enum job_result result = JOB_FAILED;

	if (setjmp(guard->on_exhausted) == 0) {
		guard->armed = true;
		arena_recover_here(guard);
		result = job->run(context, arena);
	} else {
		log_error("job: %s: out of memory", job->name);
	}
	arena_clear(guard);
	return result;
}

static void job_run(const struct job *job, struct job_state *state, unsigned row, const struct job_context *context,
		    struct arena *guard)
{
	const struct metric_series series = {row, 0};
	int64_t began = clock_us(), wait;
	enum job_result result;
	struct arena arena;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	atomic_store(&state->started_ms, clock_ms());
	result = run_guarded(job, context, &arena, guard);
	arena_release(&arena);
	if (context->core)
		core_tidy(context->core);
	metric_observe(METRIC_JOB_DURATION, series, (uint64_t)(clock_us() - began));
	metric_add(METRIC_JOB_RUNS, (struct metric_series){row, result == JOB_FAILED ? OUTCOME_FAILURE : OUTCOME_SUCCESS},
		   1);
	if (result == JOB_FAILED) {
		job_failed(job, state, "failed");
	} else {
		metric_set(METRIC_JOB_SUCCESS, series, (uint64_t)clock_wall().tv_sec);
		if (atomic_exchange(&state->failures, 0) > 0)
			log_info("job: %s: succeeded again", job->name);
		wait = result == JOB_MORE ? 0 : job->due(context->settings);
		atomic_store(&state->due_ms, clock_ms() + (wait > 0 ? wait : 1)); /* behind the jobs that are due now */
	}
	atomic_store(&state->started_ms, 0);
}

/* Does the job run in this process, as it is configured? */
static bool runs_here(const struct job *job, const char *pool, const char *process, const struct job_settings *settings)
{
	return strcmp(job->pool, pool) == 0 && strcmp(job->process, process) == 0 && job->due(settings) != JOB_OFF;
}

void job_loop(const struct job *jobs, struct job_state *states, size_t count, const char *pool, const char *process,
	      const struct job_context *context)
{
	struct arena guard;

	arena_init(&guard, GUARD_MEMORY);
	for (size_t i = 0; i < count; i++)
		if (runs_here(&jobs[i], pool, process, context->settings))
			schedule_first(&jobs[i], &states[i], jobs[i].due(context->settings));
	while (!context->stopping() && !guard.unrecoverable) {
		int64_t now = clock_ms(), soonest = INT64_MAX;
		size_t next = 0;

		for (size_t i = 0; i < count; i++)
			if (runs_here(&jobs[i], pool, process, context->settings) &&
			    atomic_load(&states[i].due_ms) < soonest) {
				soonest = atomic_load(&states[i].due_ms);
				next = i;
			}
		if (soonest <= now)
			job_run(&jobs[next], &states[next], (unsigned)next, context, &guard);
		else
			pause_ms((unsigned)least_ms(soonest - now, SLEEP_MAX_MS));
	}
	arena_release(&guard);
}
