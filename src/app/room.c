/* SPDX-License-Identifier: MIT */
/* The bounds of the spool, from the configuration, and the ledger that the workers share. */
#include "room_priv.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "berth/base/log.h"

struct spool_bounds app_spool_bounds(const struct config *config)
{
	return (struct spool_bounds){
		.folder = config->spool,
		.max = config->spool_bounds.maxsize,
		.reserve = config->spool_bounds.reserve,
		.reserve_is_given = config_given(config, "spool.reserve"),
	};
}

static struct room_ledger *ledger(void)
{
	static struct room_ledger *ledger;

	if (!ledger) {
		ledger = mmap(NULL, sizeof *ledger, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
		if (ledger == MAP_FAILED) {
			log_error("shared memory for the room of uploads: %m");
			abort();
		}
	}
	return ledger;
}

void app_share_room(void)
{
	(void)ledger();
}

struct room app_room(const struct config *config)
{
	return (struct room){ledger(), app_spool_bounds(config), (unsigned)config->spool_bounds.share,
			     config->storage.driver == CONFIG_DRIVER_FILESYSTEM};
}
