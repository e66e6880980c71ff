/* SPDX-License-Identifier: MIT */
/* The settings of background jobs, from the configuration. */
#include "berth/jobs/jobs.h"

#include <string.h>

#include "berth/app/app.h"
#include "middleware_priv.h"
#include "prehash_priv.h"
#include "room_priv.h"
#include "worker_priv.h"

#define NS_PER_S 1000000000
#define NS_PER_MS 1000000

static struct job_settings job_settings_of(const struct config *config)
{
	const struct config_uploadpurging *purging = &config->storage.uploadpurging;
	const struct config_middleware *filtering = app_filtering_middleware(config);
	struct job_settings settings = {
		.upload_purge.enabled = purging->enabled && !config->storage.readonly,
		.upload_purge.dry_run = purging->dryrun,
		.upload_purge.age_s = purging->age / NS_PER_S,
		.upload_purge.interval_ms = purging->interval / NS_PER_MS,
		.prehashes = app_prehash_table(),
		.spool = app_spool_bounds(config),
	};

	if (filtering) {
		settings.aws_ranges.table = app_aws_ranges();
		settings.aws_ranges.url = filtering->iprangesurl;
		settings.aws_ranges.regions = strcmp(filtering->ipfilteredby, "awsregion") == 0 ? filtering->awsregion : "";
		settings.aws_ranges.interval_ms = filtering->updatefrequency / NS_PER_MS;
	}
	return settings;
}

void app_run_jobs(const struct app *app, struct app_worker *worker, const char *pool, const char *process,
		  bool (*stopping)(void))
{
	const struct job_settings settings = job_settings_of(app->config);
	const struct job_context context = {
		.core = worker ? &worker->api.core : NULL,
		.issuer = worker ? worker->api.issuer : NULL,
		.settings = &settings,
		.stopping = stopping,
	};

	jobs_run(pool, process, &context);
}
