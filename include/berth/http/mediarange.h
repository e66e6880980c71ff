/* SPDX-License-Identifier: MIT */
/* What a client will take (RFC 9110 section 12.5.1). */
#ifndef BERTH_HTTP_MEDIARANGE_H
#define BERTH_HTTP_MEDIARANGE_H

#include <stdbool.h>

#include "berth/base/span.h"

/*
 * Returns whether Accept allows `media_type`, which has no parameters. `accept` is all its header lines joined with
 * commas. The most specific range that matches decides: it refuses if its q is 0. Among equally specific ranges, one that
 * allows wins. Other parameters than q are ignored, and so is what is no media range. An absent or blank header allows
 * everything.
 */
bool mediarange_allows(struct span accept, const char *media_type);

/* Returns whether Accept allows `media_type` by its name: neither by a wildcard nor by being absent. */
bool mediarange_names(struct span accept, const char *media_type);

#endif
