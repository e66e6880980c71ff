/* SPDX-License-Identifier: MIT */
/* The board of spool files that are hashed ahead (berth/store/ahead.h), one for each node. */
#ifndef BERTH_APP_AHEAD_PRIV_H
#define BERTH_APP_AHEAD_PRIV_H

#include "berth/store/ahead.h"

/* Never NULL. All processes that are forked after the first call share the board. */
struct ahead_board *app_board(void);

#endif
