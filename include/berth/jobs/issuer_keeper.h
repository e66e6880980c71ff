/* SPDX-License-Identifier: MIT */
/* The token service's housekeeper: removes expired refresh tokens and forgotten failures, addresses and refusals. */
#ifndef BERTH_JOBS_ISSUER_KEEPER_H
#define BERTH_JOBS_ISSUER_KEEPER_H

#include <stdbool.h>

#include "berth/issuer/issuer.h"

/* Once at its start, then every hour, until `stopping` says so; asks it at least once a second. */
void issuer_keeper_run(const struct issuer *issuer, bool (*stopping)(void));

#endif
