/* SPDX-License-Identifier: MIT */
/* The table of spool files that are hashed ahead (berth/store/prehash.h), one for each node. */
#ifndef BERTH_APP_PREHASH_PRIV_H
#define BERTH_APP_PREHASH_PRIV_H

#include "berth/store/prehash.h"

/* Never NULL. All processes that are forked after the first call share the table. */
struct prehash_table *app_prehash_table(void);

#endif
