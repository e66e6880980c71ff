/* SPDX-License-Identifier: MIT */
/*
 * Counters, gauges and histograms in memory that the processes of a pool share. metric.def is the table of them.
 *
 * - Each value is one atomic word, so nothing is locked. A process that dies at any instruction leaves every word whole; a
 *   histogram may then miss the duration of an observation that its buckets have.
 * - Words stand in METRIC_STRIPES copies, each on pages of its own. A process adds to the copy of its stripe, so processors
 *   seldom wait for each other's cache lines. A reader adds up the copies. The sum has every addition that ended before the
 *   reading began.
 * - A gauge is set, never added to: a process that dies cannot take back what it added.
 *
 * Before metric_share, and in programs that never call it, adding and setting have no effect.
 */
#ifndef BERTH_BASE_METRIC_H
#define BERTH_BASE_METRIC_H

#include <stdint.h>

#include "berth/base/strbuf.h"

#define METRIC_STRIPES 8

enum metric_label {
#define LABEL(id, name, count, first) METRIC_LABEL_##id,
#include "berth/base/metric.def"
	METRIC_LABELS
};

enum metric {
#define COUNTER(id, name, help, label1, label2) METRIC_##id,
#define GAUGE(id, name, help, label1, label2) METRIC_##id,
#define HISTOGRAM(id, name, help, label1, label2, ...) METRIC_##id,
#include "berth/base/metric.def"
	METRIC_COUNT
};

/* Which series of a metric: the values of its labels, by index; 0 for a label that it does not have. */
struct metric_series {
	unsigned first, second;
};

#define METRIC_NO_LABELS ((struct metric_series){0, 0})

/* Makes the memory, all zero. Processes that are forked afterwards share it. A second call has no effect. */
void metric_share(void);

/* Has this process add to the copy `stripe` modulo METRIC_STRIPES. */
void metric_stripe(unsigned stripe);

/* Gives a label's value its text, which is borrowed for the life of the process. To be called before the fork. */
void metric_label(enum metric_label label, unsigned value, const char *text);

/* Adds to a counter. A label's value beyond those of the table counts as the last one; likewise below. */
void metric_add(enum metric metric, struct metric_series series, uint64_t amount);

/* Sets a gauge. */
void metric_set(enum metric metric, struct metric_series series, uint64_t value);

/* Counts a duration in a histogram. */
void metric_observe(enum metric metric, struct metric_series series, uint64_t microseconds);

/* Returns the value of a counter or a gauge, or how many durations a histogram has counted; 0 before metric_share. */
uint64_t metric_read(enum metric metric, struct metric_series series);

/*
 * Appends all metrics in Prometheus's text format, version 0.0.4. A series with labels is left out while its value is 0, so
 * that a table of many routes and statuses stays short.
 */
void metric_print(struct strbuf *out);

#endif
