/* SPDX-License-Identifier: MIT */
/*
 * Background jobs: how rows of a table run in processes beside the workers. The table is in src/jobs/jobs.c.
 *
 * A process runs its jobs one after another, the one that has been due longest first. So a job that is always due delays
 * the other jobs of its process by one run at most.
 *
 * - A job that fails runs again after JOB_RETRY_FIRST_MS, doubled with each failure in a row up to JOB_RETRY_MAX_MS. Each
 *   failure is logged and counted (metric.def).
 * - A process that dies during a run counts as a failure of that job. The new process does not begin with the same job.
 * - A job that has used up its memory fails, and its process is replaced.
 * - After a reload, each job is due anew, but never later than before.
 */
#ifndef BERTH_JOBS_JOB_H
#define BERTH_JOBS_JOB_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/core/core.h"
#include "berth/issuer/issuer.h"

#define JOB_RETRY_FIRST_MS 5000
#define JOB_RETRY_MAX_MS 600000

#define JOB_OFF INT64_MAX /* an interval: the configuration switches the job off */

/* What a job needs to be opened in its process. */
enum job_needs {
	JOB_NEEDS_NOTHING = 0,
	JOB_NEEDS_DATABASE = 1,
	JOB_NEEDS_STORE = 2,
};

struct job_settings;

/* What a run gets. `core` has what the jobs of the process need; without needs it is NULL. */
struct job_context {
	const struct core *core;
	const struct issuer *issuer;         /* of the token service, else NULL */
	const struct job_settings *settings; /* jobs.h; all rows' */
	bool (*stopping)(void);              /* the process is to end: a long run asks it once a second and returns */
};

enum job_result {
	JOB_DONE,   /* due again after the interval */
	JOB_MORE,   /* a part is done, and the job is due at once; other jobs that are due come first */
	JOB_FAILED, /* the run has logged the reason */
};

struct job {
	const char *name;    /* in log lines and metrics */
	const char *pool;    /* the pool whose master starts the process */
	const char *process; /* its title, at most 15 characters; rows with one title share a process */
	unsigned needs;      /* of enum job_needs */
	int64_t spread_ms;   /* the first run waits a random part of this (at most of the interval): nodes start together */

	/* Returns the milliseconds between the end of a run and the next one; JOB_OFF for never. */
	int64_t (*due)(const struct job_settings *settings);

	/* `arena` is the run's own and may be cleared by it. A run that does not end delays all jobs of its process. */
	enum job_result (*run)(const struct job_context *context, struct arena *arena);
};

/* A job as the processes of a pool see it, in shared memory. All zero: never run. Times are clock_ms. */
struct job_state {
	_Atomic int64_t due_ms;
	_Atomic int64_t started_ms; /* of the run at hand; 0: none */
	_Atomic unsigned failures;  /* in a row */
};

/*
 * Runs the jobs of one process of a pool until context->stopping says so, or until memory has run out beneath a job.
 * `states` has the jobs' places in the table and outlives the process.
 */
void job_loop(const struct job *jobs, struct job_state *states, size_t count, const char *pool, const char *process,
	      const struct job_context *context);

#endif
