/* SPDX-License-Identifier: MIT */
/* Room for request bodies on this node (berth/core/room.h). */
#ifndef BERTH_APP_ROOM_PRIV_H
#define BERTH_APP_ROOM_PRIV_H

#include "berth/config/config.h"
#include "berth/core/room.h"

/* Makes the ledger. Processes that are forked after this share it. */
void app_share_room(void);

struct spool_bounds app_spool_bounds(const struct config *config);

/* The room as the configuration bounds it; its strings are the configuration's. */
struct room app_room(const struct config *config);

#endif
