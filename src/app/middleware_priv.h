/* SPDX-License-Identifier: MIT */
/* Storage middlewares, and the address ranges of Amazon's clouds that one of them asks for. */
#ifndef BERTH_APP_MIDDLEWARE_PRIV_H
#define BERTH_APP_MIDDLEWARE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "berth/config/config.h"
#include "berth/store/aws_ranges.h"
#include "berth/store/locator.h"

/* The ranges: shared by all processes of the node that are forked after the first call. Never NULL. */
struct aws_ranges *app_aws_ranges(void);

/* Shares them now if the configuration filters by them: before the fork. */
void app_share_aws_ranges(const struct config *config);

/* The configuration's middleware that filters by the ranges; NULL: none does. */
const struct config_middleware *app_filtering_middleware(const struct config *config);

/* The chain of the configuration's storage middlewares. NULL with one line in `reason`. */
struct locators *app_open_locators(const struct config *config, char *reason, size_t size);

#endif
