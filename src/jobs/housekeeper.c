/* SPDX-License-Identifier: MIT */
/* The housekeeper's loop: what is due, then sleep a little. */
#include "berth/jobs/housekeeper.h"

#include <inttypes.h>
#include <sys/random.h>
#include <time.h>

#include "berth/base/limits.h"
#include "berth/base/log.h"
#include "berth/base/pause.h"
#include "berth/core/upload_purge.h"

#define JITTER_MAX_S 3600
#define RETRY_S 300 /* after a failure: the database or the store was away */

static int64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec;
}

static int64_t jitter(int64_t interval)
{
	uint32_t random = 0;
	int64_t most = interval < JITTER_MAX_S ? interval : JITTER_MAX_S;

	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		random = (uint32_t)now_s();
	return most > 0 ? random % most : 0;
}

static void told(void *context, const char *id, const char *path)
{
	const struct housekeeper_settings *settings = context;

	log_info("upload %s of %s: abandoned, %s", id, path, settings->purge_dry_run ? "would be purged" : "purged");
}

static bool purge(const struct core *core, const struct housekeeper_settings *settings)
{
	struct housekeeper_settings copy = *settings;
	struct purged purged;
	struct arena arena;
	bool ok;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ok = upload_purge(core, &arena, settings->purge_age, settings->purge_dry_run, told, &copy, &purged);
	if (ok && (purged.sessions || purged.swept.count))
		log_info("upload purge: %" PRIu64 " sessions, %" PRIu64 " files (%" PRIu64 " bytes) without one",
			 purged.sessions, purged.swept.count, purged.swept.bytes);
	else if (!ok)
		log_warn("upload purge: not finished, tried again in %d s", RETRY_S);
	arena_release(&arena);
	core_tidy(core);
	return ok;
}

void housekeeper_run(const struct core *core, const struct housekeeper_settings *settings, bool (*stopping)(void))
{
	int64_t due = now_s() + jitter(settings->purge_interval), refresh = now_s(), again;

	while (!stopping()) {
		if (settings->refresh && now_s() >= refresh) {
			again = settings->refresh(settings->context);
			refresh = again > INT64_MAX - now_s() ? INT64_MAX : now_s() + again;
		} else if (settings->purge_enabled && now_s() >= due) {
			due = now_s() + (purge(core, settings) ? settings->purge_interval : RETRY_S);
		} else {
			pause_ms(1000);
		}
	}
}
