/* SPDX-License-Identifier: MIT */
/* The bounds of the spool from the configuration, and the ledger of reservations that the workers share. */
#include "room_priv.h"

#include "berth/base/shared.h"

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

	if (!ledger)
		ledger = shared_require(sizeof *ledger, "the room for uploads");
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
