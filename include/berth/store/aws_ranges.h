/* SPDX-License-Identifier: MIT */
/*
 * The address ranges of Amazon's clouds ("AWS IP address ranges", Amazon VPC User Guide), in memory that the processes of a node
 * share. A background job fetches the ranges, workers only look addresses up. If a fetch fails, the last ranges stay in effect.
 * No request waits for a fetch.
 */
#ifndef BERTH_STORE_AWS_RANGES_H
#define BERTH_STORE_AWS_RANGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

#define AWS_RANGES_MAX 65536 /* Amazon's file had 10,000 in 2025; ranges that touch are merged */
#define AWS_RANGES_BYTES_MAX ((size_t)16 << 20)

/* An IPv6 address as two halves; IPv4 is mapped into ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
struct aws_address {
	uint64_t high, low;
};

struct aws_range {
	struct aws_address first, last;
};

/* A range as words that a reader may load while the writer changes them. */
struct aws_shared_range {
	_Atomic uint64_t first_high, first_low, last_high, last_low;
};

/* The table, under a sequence lock over atomic words. Zeroed memory is an empty table. One process writes, any number reads. */
struct aws_ranges {
	_Atomic uint32_t sequence; /* odd while the table is written */
	_Atomic uint32_t count;
	struct aws_shared_range items[AWS_RANGES_MAX]; /* ascending; no range touches another */
};

/* Returns whether `address`, as text, is in a range. NULL and other texts are in none. Never waits. */
bool aws_ranges_contain(const struct aws_ranges *ranges, const char *address);

/*
 * Replaces the table by the ranges of the file `text`. `regions` is a list of regions, separated by commas, in any case; "" takes all
 * regions. Returns false for any other text: *reason is then one line, and the table is unchanged.
 */
bool aws_ranges_load(struct aws_ranges *ranges, struct span text, const char *regions, struct arena *arena,
		     const char **reason);

/* Fetches the file from `url` and loads it. Blocks until the transfer ends. Logs a failure and returns false. */
bool aws_ranges_fetch(struct aws_ranges *ranges, const char *url, const char *regions);

#endif
