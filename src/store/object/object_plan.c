/* SPDX-License-Identifier: MIT */
/*
 * How bytes are cut into parts. A part has the configured size, or a larger one if the service's limit of parts would be reached.
 *
 * The final size of a session is not known in advance. So its parts grow with the offset: each quarter of the allowed parts reaches
 * an offset 2.7 times as far. With parts of 10 MiB and 10,000 parts, the first quarter holds 25 GiB, and all parts hold 500 GiB.
 * A client that sends small chunks still makes small parts; object_lay_out replaces them by larger ones.
 */
#include "object_priv.h"

#define MIB ((uint64_t)1 << 20)
#define LEAST (5 * MIB) /* required by S3, and reasonable for the other services */

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* A grown size is a whole number of MiB, because some services require multiples of 256 KiB. */
static uint64_t grown(uint64_t part_size, uint64_t needed)
{
	return needed <= part_size ? part_size : divide_up(needed, MIB) * MIB;
}

uint64_t object_plan_least(const struct object_limits *limits)
{
	if (limits->part_min > 0)
		return limits->part_min;
	return limits->part_size < LEAST ? limits->part_size : LEAST;
}

bool object_plan_crowded(const struct object_limits *limits, unsigned used)
{
	return used >= limits->parts_max - limits->parts_max / 8;
}

bool object_plan_whole(const struct object_limits *limits, uint64_t length, struct object_plan *out)
{
	out->part_size = grown(limits->part_size, divide_up(length, limits->parts_max));
	out->count = (unsigned)divide_up(length, out->part_size);
	return out->part_size <= limits->part_max;
}

bool object_plan_more(const struct object_limits *limits, unsigned used, uint64_t offset, uint64_t length,
		      struct object_plan *out)
{
	uint64_t quarter = larger(limits->parts_max / 4, 1), left, size;

	if (used + 1 >= limits->parts_max)
		return false;
	left = limits->parts_max - used - 1; /* the last part is kept for the tail */
	size = grown(limits->part_size, larger(divide_up(offset + length, quarter), divide_up(length, left)));
	if (size > limits->part_max / 2)
		size = limits->part_max / 2;
	/* the last part takes the remainder, which could be too small for a part of its own */
	out->part_size = size;
	out->count = (unsigned)larger(length / size, 1);
	return length / size <= left;
}
