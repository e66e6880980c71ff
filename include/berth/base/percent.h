/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986 section 2.1) with upper-case digits, as canonical requests want it. */
#ifndef BERTH_BASE_PERCENT_H
#define BERTH_BASE_PERCENT_H

#include "berth/base/arena.h"
#include "berth/base/span.h"

/*
 * Every byte but the unreserved ones (letters, digits, "-._~") and those of `keep` becomes %XX. `keep` is "/" for the path
 * of a key, "" for a name or value of a query.
 */
char *percent_encode(struct arena *arena, struct span bytes, const char *keep) __attribute__((returns_nonnull));

#endif
