/* SPDX-License-Identifier: MIT */
/* Storage middlewares, and the address ranges of Amazon's clouds by which one of them filters. */
#ifndef BERTH_APP_MIDDLEWARE_PRIV_H
#define BERTH_APP_MIDDLEWARE_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "berth/config/config.h"
#include "berth/store/aws_ranges.h"
#include "berth/store/locator.h"

/* Returns the ranges, which all processes share that are forked after the first call. Never NULL. */
struct aws_ranges *app_aws_ranges(void);

/* Makes the ranges if the configuration filters by them. To be called before the fork. */
void app_share_aws_ranges(const struct config *config);

/* Returns the configuration's middleware that filters by the ranges, the last one if there are several; NULL: none does. */
const struct config_middleware *app_filtering_middleware(const struct config *config);

/* Opens the chain of the configuration's storage middlewares. NULL with one line in `reason`. */
struct locators *app_open_locators(const struct config *config, char *reason, size_t size);

#endif
