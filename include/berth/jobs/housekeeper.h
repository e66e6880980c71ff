/* SPDX-License-Identifier: MIT */
/*
 * The housekeeper: one process beside a node's workers that does what no request waits for. Today: the purge of
 * abandoned uploads, at the configured interval; the first time after a random part of an hour, so that many nodes do
 * not begin at once.
 */
#ifndef BERTH_JOBS_HOUSEKEEPER_H
#define BERTH_JOBS_HOUSEKEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/core/core.h"

struct housekeeper_settings {
	bool purge_enabled;
	int64_t purge_age;      /* seconds */
	int64_t purge_interval; /* seconds */
	bool purge_dry_run;
};

/* Works until `stopping` says so; asks it at least once a second while idle. */
void housekeeper_run(const struct core *core, const struct housekeeper_settings *settings, bool (*stopping)(void));

#endif
