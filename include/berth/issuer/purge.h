/* SPDX-License-Identifier: MIT */
/* Deleting rows that have expired: refresh tokens, login failures, known addresses, refusals. */
#ifndef BERTH_ISSUER_PURGE_H
#define BERTH_ISSUER_PURGE_H

#include <stdbool.h>

#include "berth/issuer/issuer.h"

/* Deletes them. Any number of nodes may do so at once. Returns false, and logs, if the database was away. */
bool issuer_purge(const struct issuer *issuer);

#endif
