/* SPDX-License-Identifier: MIT */
/* The rows that time has made worthless: refresh tokens, failures, known addresses, refusals. */
#ifndef BERTH_ISSUER_PURGE_H
#define BERTH_ISSUER_PURGE_H

#include <stdbool.h>

#include "berth/issuer/issuer.h"

/* Any number of nodes may do it at once. False: the database was away, which is logged. */
bool issuer_purge(const struct issuer *issuer);

#endif
