/* SPDX-License-Identifier: MIT */
/* What a misspelt key was meant to be. */
#ifndef BERTH_CONFIG_SUGGEST_PRIV_H
#define BERTH_CONFIG_SUGGEST_PRIV_H

#include "settings_priv.h"

/*
 * Returns the row whose name is the most similar to `name`, or NULL when none is similar. Looks at the rows below `parent`,
 * then at all rows, unless `parent` is a ONEOF.
 */
const struct setting *suggest(const struct setting *parent, const char *name);

#endif
