/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions of operators and tokens, searched for in text of clients with a bound on the work.
 *
 * The patterns come from programs in Go. PCRE2 reads them, with `$` as the very end only. Where a backtracking matcher
 * cannot decide within the bound, the search says so, and the caller takes the safe side.
 */
#ifndef BERTH_BASE_PATTERN_H
#define BERTH_BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/span.h"

struct pattern;

/* Compiles `text`. Returns NULL, with one line in `reason`, for what is no pattern and if memory is out. */
struct pattern *pattern_new(const char *text, char *reason, size_t size);

/* Takes NULL. */
void pattern_free(struct pattern *pattern);

/*
 * Returns whether one of `count` patterns is anywhere in `text`. A search that cannot be decided within the bound, or for
 * which there is no memory, counts as `undecided`: true for patterns that forbid, false for those that allow.
 */
bool pattern_any(struct pattern *const list[], size_t count, struct span text, bool undecided);

#endif
