/* SPDX-License-Identifier: MIT */
/*
 * The table of background jobs (src/jobs/jobs.c) and the processes that it asks for.
 *
 * To add a job:
 * 1. Write its due() and run(), both static in jobs.c, or in src/jobs/NOUN.c if they are more than a few lines. The work
 *    itself belongs to a use case (src/core, src/issuer); the job says when, and tells what came of it.
 * 2. Add its settings to struct job_settings, and fill them in src/app/jobs.c.
 * 3. Add the row. A job that takes long, or that must not wait for others, gets a process of its own by a title of its own.
 * 4. A run that works through many things does a bounded part, returns JOB_MORE, and goes on from what the database says.
 * Jobs run on each node: either they may run on all nodes at once, or they take a lock of the database.
 */
#ifndef BERTH_JOBS_JOBS_H
#define BERTH_JOBS_JOBS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/jobs/job.h"
#include "berth/store/aws_ranges.h"
#include "berth/store/prehash.h"
#include "berth/store/spool_bounds.h"

#define JOBS_PROCESSES_MAX 4 /* of one pool */

/* All rows' settings. Pointers are borrowed. */
struct job_settings {
	struct {
		bool enabled, dry_run;
		int64_t age_s, interval_ms;
	} upload_purge;
	struct {
		struct aws_ranges *table; /* NULL: no middleware asks for them */
		const char *url, *regions;
		int64_t interval_ms;
	} aws_ranges;
	struct prehash_table *prehashes;
	struct spool_bounds spool;
};

/* Makes the jobs' states in shared memory, and names the jobs in the metrics. To be called before the fork. */
void jobs_share(void);

/* Fills `titles` with the titles of the processes that the pool's jobs run in; returns how many there are. */
size_t jobs_processes(const char *pool, const char *titles[static JOBS_PROCESSES_MAX]);

/* Returns what the jobs of a process need to be opened, of enum job_needs. */
unsigned jobs_needs(const char *pool, const char *process);

/* Runs the jobs of a process, as job_loop does. */
void jobs_run(const char *pool, const char *process, const struct job_context *context);

#endif
