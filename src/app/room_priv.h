/* SPDX-License-Identifier: MIT */
/* Room for request bodies on this node (berth/core/room.h). */
#ifndef BERTH_APP_ROOM_PRIV_H
#define BERTH_APP_ROOM_PRIV_H

#include "berth/config/config.h"
#include "berth/core/room.h"

/* Makes the ledger of reservations. To be called before the fork. */
void app_share_room(void);

/* Returns the bounds of the spool; the strings are the configuration's. */
struct spool_bounds app_spool_bounds(const struct config *config);

/* Returns the room as the configuration bounds it, with the shared ledger; the strings are the configuration's. */
struct room app_room(const struct config *config);

#endif
