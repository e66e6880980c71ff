/* SPDX-License-Identifier: MIT */
/* The table of background jobs, and the few lines that each of them is. */
#include "berth/jobs/jobs.h"

#include <inttypes.h>
#include <string.h>

#include "berth/base/log.h"
#include "berth/base/metric.h"
#include "berth/base/shared.h"
#include "berth/core/upload_purge.h"
#include "berth/issuer/purge.h"

#define SECOND_MS ((int64_t)1000)
#define HOUR_MS (3600 * SECOND_MS)
#define SPOOL_LOOK_MS 100 /* a fast disk takes 100 MB in that time */

/* ---- abandoned uploads ---- */

static int64_t upload_purge_due(const struct job_settings *settings)
{
	return settings->upload_purge.enabled ? settings->upload_purge.interval_ms : JOB_OFF;
}

static void tell_purged(void *context, const char *id, const char *path)
{
	const struct job_settings *settings = context;

	log_info("upload %s of %s: abandoned, %s", id, path, settings->upload_purge.dry_run ? "would be purged" : "purged");
}

static enum job_result upload_purge_run(const struct job_context *context, struct arena *arena)
{
	struct job_settings settings = *context->settings;
	struct purged purged;

	if (!upload_purge(context->core, arena, settings.upload_purge.age_s, settings.upload_purge.dry_run, tell_purged,
			  &settings, &purged))
		return JOB_FAILED;
	if (purged.sessions || purged.swept.count)
		log_info("upload purge: %" PRIu64 " sessions, %" PRIu64 " files (%" PRIu64 " bytes) without one",
			 purged.sessions, purged.swept.count, purged.swept.bytes);
	return JOB_DONE;
}

/* ---- address ranges of Amazon's clouds ---- */

static int64_t aws_ranges_due(const struct job_settings *settings)
{
	return settings->aws_ranges.table ? settings->aws_ranges.interval_ms : JOB_OFF;
}

static enum job_result aws_ranges_run(const struct job_context *context, struct arena *arena)
{
	const struct job_settings *settings = context->settings;

	(void)arena;
	return aws_ranges_fetch(settings->aws_ranges.table, settings->aws_ranges.url, settings->aws_ranges.regions)
		       ? JOB_DONE
		       : JOB_FAILED;
}

/* ---- expired rows of the token service ---- */

static int64_t issuer_purge_due(const struct job_settings *settings)
{
	(void)settings;
	return HOUR_MS;
}

static enum job_result issuer_purge_run(const struct job_context *context, struct arena *arena)
{
	(void)arena;
	return issuer_purge(context->issuer) ? JOB_DONE : JOB_FAILED;
}

/* ---- files that the web server spools ---- */

static int64_t prehash_due(const struct job_settings *settings)
{
	(void)settings;
	return 0;
}

/* Has a process of its own: one run lasts until the process is to end. */
static enum job_result prehash_job_run(const struct job_context *context, struct arena *arena)
{
	(void)arena;
	prehash_run(context->settings->prehashes, context->settings->spool.folder, context->stopping);
	return context->stopping() ? JOB_DONE : JOB_FAILED;
}

static int64_t spool_due(const struct job_settings *settings)
{
	(void)settings;
	return SPOOL_LOOK_MS;
}

static enum job_result spool_run(const struct job_context *context, struct arena *arena)
{
	(void)arena;
	(void)spool_take_back(&context->settings->spool);
	return JOB_DONE;
}

/* The row's index is the job's label in the metrics. */
static const struct job jobs[] = {
	{"upload purge", "registry", "berth-jobs", JOB_NEEDS_DATABASE | JOB_NEEDS_STORE, HOUR_MS, upload_purge_due,
	 upload_purge_run},
	{"address ranges", "registry", "berth-jobs", JOB_NEEDS_NOTHING, 0, aws_ranges_due, aws_ranges_run},
	{"prehash", "registry", "berth-prehash", JOB_NEEDS_NOTHING, 0, prehash_due, prehash_job_run},
	{"spool bounds", "registry", "berth-spool", JOB_NEEDS_NOTHING, 0, spool_due, spool_run},
	{"token purge", "tokens", "berth-jobs", JOB_NEEDS_DATABASE, 0, issuer_purge_due, issuer_purge_run},
};

#define JOBS (sizeof jobs / sizeof *jobs)

static struct job_state *states;

void jobs_share(void)
{
	if (states)
		return;
	states = shared_require(JOBS * sizeof *states, "background jobs");
	for (unsigned i = 0; i < JOBS; i++)
		metric_label(METRIC_LABEL_JOB, i, jobs[i].name);
	metric_label(METRIC_LABEL_OUTCOME, 0, "success");
	metric_label(METRIC_LABEL_OUTCOME, 1, "failure");
}

size_t jobs_processes(const char *pool, const char *titles[static JOBS_PROCESSES_MAX])
{
	size_t count = 0, k;

	for (size_t i = 0; i < JOBS; i++) {
		if (strcmp(jobs[i].pool, pool) != 0)
			continue;
		for (k = 0; k < count && strcmp(titles[k], jobs[i].process) != 0;)
			k++;
		if (k == count && count < JOBS_PROCESSES_MAX)
			titles[count++] = jobs[i].process;
	}
	return count;
}

unsigned jobs_needs(const char *pool, const char *process)
{
	unsigned needs = JOB_NEEDS_NOTHING;

	for (size_t i = 0; i < JOBS; i++)
		if (strcmp(jobs[i].pool, pool) == 0 && strcmp(jobs[i].process, process) == 0)
			needs |= jobs[i].needs;
	return needs;
}

void jobs_run(const char *pool, const char *process, const struct job_context *context)
{
	job_loop(jobs, states, JOBS, pool, process, context);
}
