/* SPDX-License-Identifier: MIT */
/*
 * The clocks. Periods and deadlines take the monotonic clock, which nobody sets. Times that a person, a file system or
 * another host reads take the wall clock. No other file calls clock_gettime(2).
 */
#ifndef BERTH_BASE_CLOCK_H
#define BERTH_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/*
 * Return the monotonic time in microseconds, milliseconds or seconds since an arbitrary moment before the process
 * started.
 */
int64_t clock_us(void);
int64_t clock_ms(void);
int64_t clock_s(void);

/*
 * Return the monotonic time of the kernel's last tick, in milliseconds or seconds: up to 10 ms behind clock_ms, at a
 * third of its cost. For what each request or each log line asks.
 */
int64_t clock_coarse_ms(void);
int64_t clock_coarse_s(void);

/* Return the time since 1970 in UTC. */
struct timespec clock_wall(void);

/* Returns the wall time of the kernel's last tick, which file systems write into inodes. */
struct timespec clock_wall_coarse(void);

#endif
