/* SPDX-License-Identifier: MIT */
/* Times as protocols write them. Always UTC; seconds since the epoch. */
#ifndef BERTH_BASE_TIMETEXT_H
#define BERTH_BASE_TIMETEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"

#define TIMETEXT_MAX 32 /* with NUL */

/* Writes "Fri, 24 May 2013 00:00:00 GMT" (IMF-fixdate, RFC 9110 section 5.6.7) into `out`, and returns it. */
const char *timetext_http(char out[static TIMETEXT_MAX], int64_t time);

/* Write "20130524T000000Z" and "2013-05-24T00:00:00Z" (ISO 8601, basic and extended) into `out`, and return it. */
const char *timetext_basic(char out[static TIMETEXT_MAX], int64_t time);
const char *timetext_extended(char out[static TIMETEXT_MAX], int64_t time);

/*
 * Reads any of the three forms; the extended one also with a fraction of a second and without the Z. Returns false for
 * others.
 */
bool timetext_parse(int64_t *out, struct span text);

#endif
