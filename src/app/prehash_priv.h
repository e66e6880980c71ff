/* SPDX-License-Identifier: MIT */
/* The table of prehashed files (berth/store/prehash.h), one for each pool. */
#ifndef BERTH_APP_PREHASH_PRIV_H
#define BERTH_APP_PREHASH_PRIV_H

#include "berth/store/prehash.h"

/* Returns the table, which all processes share that are forked after the first call. Never NULL. */
struct prehash_table *app_prehash_table(void);

#endif
