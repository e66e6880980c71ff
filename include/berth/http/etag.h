/* SPDX-License-Identifier: MIT */
/* Entity tags in conditional requests (RFC 9110 sections 8.8.3, 13.1). */
#ifndef BERTH_HTTP_ETAG_H
#define BERTH_HTTP_ETAG_H

#include <stdbool.h>

#include "berth/base/span.h"

enum etag_comparison {
	ETAG_WEAK,  /* If-None-Match: W/ makes no difference */
	ETAG_STRONG /* If-Match: a weak tag never matches */
};

/*
 * Returns whether the list in `header` (all its lines joined with commas) holds `tag`, our entity tag without its quotes.
 * `*` matches any. Docker clients send the bare digest, so quotes are optional. An absent header matches nothing.
 */
bool etag_matches(struct span header, struct span tag, enum etag_comparison comparison);

#endif
