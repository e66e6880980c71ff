/* SPDX-License-Identifier: MIT */
/*
 * The housekeeper: one process beside a node's workers that does what no request waits for. Today: the purge of
 * abandoned uploads, at the configured interval; the first time after a random part of an hour, so that many nodes do
 * not begin at once; and what the caller wants to be refreshed.
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

	/* More that is due now and then, first at once: returns after how many seconds again. NULL: nothing. */
	int64_t (*refresh)(const void *context);
	const void *context;
};

/* Works until `stopping` says so; asks it at least once a second while idle. */
void housekeeper_run(const struct core *core, const struct housekeeper_settings *settings, bool (*stopping)(void));

#endif
