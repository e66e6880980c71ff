/* SPDX-License-Identifier: MIT */
/*
 * The address ranges of Amazon's clouds ("AWS IP address ranges", Amazon VPC User Guide), in memory that a node's processes
 * share: the housekeeper fetches and shows them, workers only look. Before the first fetch, and while the file cannot be
 * had, the last ranges hold; no request ever waits for them.
 */
#ifndef BERTH_STORE_AWS_RANGES_H
#define BERTH_STORE_AWS_RANGES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

#define AWS_RANGES_MAX 65536 /* the file held 10,000 in 2025; neighbours are merged */
#define AWS_RANGES_BYTES_MAX ((size_t)16 << 20)

/* An IPv6 address as two halves; IPv4 is mapped into ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
struct aws_address {
	uint64_t high, low;
};

struct aws_range {
	struct aws_address first, last;
};

/* Zeroed memory holds none. One process writes, any number reads. */
struct aws_ranges {
	_Atomic uint32_t sequence; /* odd while it is written */
	uint32_t count;
	struct aws_range items[AWS_RANGES_MAX]; /* ascending, none touches another */
};

/* Whether `address` (text; NULL is in none) is in a range. */
bool aws_ranges_contain(const struct aws_ranges *ranges, const char *address);

/*
 * Takes over the ranges of the file `text`: of all regions, or of those of the comma-separated list `regions`
 * ("" for all; case does not matter). False with one line in *reason, and nothing is changed, for anything else than such
 * a file.
 */
bool aws_ranges_load(struct aws_ranges *ranges, struct span text, const char *regions, struct arena *arena,
		     const char **reason);

/* Fetches the file and takes it over; blocks as long as that takes. Failure is logged. */
bool aws_ranges_fetch(struct aws_ranges *ranges, const char *url, const char *regions);

#endif
