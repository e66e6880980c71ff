/* SPDX-License-Identifier: MIT */
/* What a client will take (RFC 9110 section 12.5.1). */
#ifndef BERTH_HTTP_MEDIARANGE_H
#define BERTH_HTTP_MEDIARANGE_H

#include <stdbool.h>

#include "berth/base/span.h"

/*
 * Does Accept allow `media_type` (no parameters)? `accept` is all its header lines joined with commas. The most
 * specific range that matches decides, by whether its q is 0; among equals the kindest. Parameters but q are
 * ignored, what is no media range is skipped. An absent or blank header allows everything.
 */
bool mediarange_allows(struct span accept, const char *media_type);

/* The same, but wildcards and an absent header do not count: the client names the type itself. */
bool mediarange_names(struct span accept, const char *media_type);

#endif
