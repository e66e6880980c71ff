/* SPDX-License-Identifier: MIT */
/* clock_gettime(2), which cannot fail for these clocks. */
#include "berth/base/clock.h"

static struct timespec clock_read(clockid_t id)
{
	struct timespec now;

	(void)clock_gettime(id, &now);
	return now;
}

static int64_t in_ms(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t clock_us(void)
{
	struct timespec now = clock_read(CLOCK_MONOTONIC);

	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
	return in_ms(clock_read(CLOCK_MONOTONIC));
}

int64_t clock_s(void)
{
	return clock_read(CLOCK_MONOTONIC).tv_sec;
}

int64_t clock_coarse_ms(void)
{
	return in_ms(clock_read(CLOCK_MONOTONIC_COARSE));
}

int64_t clock_coarse_s(void)
{
	return clock_read(CLOCK_MONOTONIC_COARSE).tv_sec;
}

struct timespec clock_wall(void)
{
	return clock_read(CLOCK_REALTIME);
}

struct timespec clock_wall_coarse(void)
{
	return clock_read(CLOCK_REALTIME_COARSE);
}
