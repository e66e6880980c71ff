/* SPDX-License-Identifier: MIT */
/* Storage middlewares, and the address ranges of Amazon's clouds that one of them asks for. */
#ifndef BERTH_APP_MIDDLEWARE_PRIV_H
#define BERTH_APP_MIDDLEWARE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "berth/config/config.h"
#include "berth/store/aws_ranges.h"
#include "berth/store/store.h"

/* The ranges: shared by all processes of the node that are forked after the first call. Never NULL. */
struct aws_ranges *app_aws_ranges(void);

/* Shares them now if the configuration filters by them: before the fork. */
void app_share_aws_ranges(const struct config *config);

/* Fetches them if so; returns after how many seconds they are due again. */
int64_t app_refresh_aws_ranges(const struct config *config);

/* The configuration's middlewares on top of `inner`, which is owned from here on, also on failure. */
struct store *app_open_middlewares(struct store *inner, const struct config *config, char *reason, size_t size);

#endif
