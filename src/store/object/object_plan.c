/* SPDX-License-Identifier: MIT */
/*
 * How bytes are cut into parts: of the configured size where that will do, of larger ones where the service's number of parts
 * would not.
 *
 * The total of a session is not known. Its parts grow with the offset reached, so that each quarter of the allowed number takes
 * it 2.7 times further: 10 MiB and 10,000 parts come to 25 GiB in the first quarter and to 500 GiB in all. Small chunks make small
 * parts all the same; object_lay_out is for them.
 */
#include "object_priv.h"

#define MIB ((uint64_t)1 << 20)
#define LEAST (5 * MIB) /* what S3 asks for, and no bad idea where the service does not */

static uint64_t divide_up(uint64_t a, uint64_t b)
{
	return a / b + (a % b != 0);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/* Grown sizes are whole MiB: some services want multiples of 256 KiB. */
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
	left = limits->parts_max - used - 1; /* the last one is for the tail, at the end */
	size = grown(limits->part_size, larger(divide_up(offset + length, quarter), divide_up(length, left)));
	if (size > limits->part_max / 2)
		size = limits->part_max / 2;
	/* the last part takes what is left over: a part of its own could be too small */
	out->part_size = size;
	out->count = (unsigned)larger(length / size, 1);
	return length / size <= left;
}
