/* SPDX-License-Identifier: MIT */
/* What a cluster can, asked at the first request. */
#ifndef BERTH_STORE_SWIFT_EXPLORE_PRIV_H
#define BERTH_STORE_SWIFT_EXPLORE_PRIV_H

#include "swift_request_priv.h"

/* Makes the container where it is missing, asks for the cluster's powers and the key of temporary URLs, once. */
bool swift_explore(struct service *service, struct arena *arena, struct error *error);

/* Reads what `/info` says, with defaults where it is silent. */
void swift_read_info(struct swift_powers *out, const struct json *info);

#endif
