/* SPDX-License-Identifier: MIT */
/* The table's rows as words of shared memory: for each series one, or in a histogram one for each bucket and the sum. */
#include "berth/base/metric.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

#include "berth/base/shared.h"

#define PAGE_WORDS 512 /* a stripe fills whole pages of 4 KiB */
#define US_PER_S 1000000

enum metric_kind { KIND_COUNTER, KIND_GAUGE, KIND_HISTOGRAM };

struct label {
	const char *name;
	unsigned count, first;
};

struct row {
	const char *name, *help;
	enum metric_kind kind;
	enum metric_label labels[2];
	const uint64_t *bounds;
	unsigned bound_count;
};

#define BOUNDS(...) ((const uint64_t[]){__VA_ARGS__})

static const struct label labels[METRIC_LABELS] = {
#define LABEL(id, name, count, first) {name, count, first},
#include "berth/base/metric.def"
};

static const struct row rows[METRIC_COUNT] = {
#define COUNTER(id, name, help, label1, label2) \
	{name, help, KIND_COUNTER, {METRIC_LABEL_##label1, METRIC_LABEL_##label2}, NULL, 0},
#define GAUGE(id, name, help, label1, label2) \
	{name, help, KIND_GAUGE, {METRIC_LABEL_##label1, METRIC_LABEL_##label2}, NULL, 0},
#define HISTOGRAM(id, name, help, label1, label2, ...)   \
	{name,                                           \
	 help,                                           \
	 KIND_HISTOGRAM,                                 \
	 {METRIC_LABEL_##label1, METRIC_LABEL_##label2}, \
	 BOUNDS(__VA_ARGS__),                            \
	 sizeof BOUNDS(__VA_ARGS__) / sizeof(uint64_t)},
#include "berth/base/metric.def"
};

#define TEXTS_MAX 64

static struct {
	_Atomic uint64_t *words; /* NULL before metric_share */
	size_t offsets[METRIC_COUNT + 1];
	size_t stripe_words;
	unsigned stripe;
	const char *texts[METRIC_LABELS][TEXTS_MAX];
} metrics;

/* Buckets, one more for what exceeds all bounds, and the sum. */
static size_t words_of_series(const struct row *row)
{
	return row->kind == KIND_HISTOGRAM ? row->bound_count + 2 : 1;
}

static unsigned values_of(const struct row *row, int which)
{
	return labels[row->labels[which]].count;
}

void metric_share(void)
{
	size_t words = 0;

	if (metrics.words)
		return;
	for (int i = 0; i < METRIC_COUNT; i++) {
		metrics.offsets[i] = words;
		words += (size_t)values_of(&rows[i], 0) * values_of(&rows[i], 1) * words_of_series(&rows[i]);
	}
	metrics.stripe_words = (words + PAGE_WORDS - 1) / PAGE_WORDS * PAGE_WORDS;
	metrics.words = shared_require(METRIC_STRIPES * metrics.stripe_words * sizeof *metrics.words, "metrics");
}

void metric_stripe(unsigned stripe)
{
	metrics.stripe = stripe % METRIC_STRIPES;
}

void metric_label(enum metric_label label, unsigned value, const char *text)
{
	if (value < labels[label].count && value < TEXTS_MAX)
		metrics.texts[label][value] = text;
}

static unsigned at_most(unsigned value, unsigned count)
{
	return value < count ? value : count - 1;
}

static _Atomic uint64_t *words_at(enum metric metric, struct metric_series series, unsigned stripe)
{
	const struct row *row = &rows[metric];
	size_t index = (size_t)at_most(series.first, values_of(row, 0)) * values_of(row, 1) +
		       at_most(series.second, values_of(row, 1));

	return &metrics.words[stripe * metrics.stripe_words + metrics.offsets[metric] + index * words_of_series(row)];
}

void metric_add(enum metric metric, struct metric_series series, uint64_t amount)
{
	if (metrics.words)
		atomic_fetch_add_explicit(words_at(metric, series, metrics.stripe), amount, memory_order_relaxed);
}

/* In the first stripe alone. */
void metric_set(enum metric metric, struct metric_series series, uint64_t value)
{
	if (metrics.words)
		atomic_store_explicit(words_at(metric, series, 0), value, memory_order_relaxed);
}

void metric_observe(enum metric metric, struct metric_series series, uint64_t microseconds)
{
	const struct row *row = &rows[metric];
	_Atomic uint64_t *words;
	unsigned bucket = 0;

	if (!metrics.words)
		return;
	words = words_at(metric, series, metrics.stripe);
	while (bucket < row->bound_count && microseconds > row->bounds[bucket])
		bucket++;
	atomic_fetch_add_explicit(&words[bucket], 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&words[row->bound_count + 1], microseconds, memory_order_relaxed);
}

static uint64_t sum_of(enum metric metric, struct metric_series series, size_t word)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < METRIC_STRIPES; i++)
		sum += atomic_load_explicit(&words_at(metric, series, i)[word], memory_order_relaxed);
	return sum;
}

uint64_t metric_read(enum metric metric, struct metric_series series)
{
	uint64_t sum = 0;

	if (!metrics.words)
		return 0;
	if (rows[metric].kind != KIND_HISTOGRAM)
		return sum_of(metric, series, 0);
	for (unsigned i = 0; i <= rows[metric].bound_count; i++)
		sum += sum_of(metric, series, i);
	return sum;
}

/* ---- Prometheus's text format ("Exposition formats", version 0.0.4) ---- */

static void add_escaped(struct strbuf *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\n')
			strbuf_adds(out, "\\n");
		else if (*text == '\\' || *text == '"')
			strbuf_addf(out, "\\%c", *text);
		else
			strbuf_addc(out, *text);
}

/* Appends NAME{...} and what stands behind, `le` being the bound of a bucket or NULL. */
static void add_sample(struct strbuf *out, const struct row *row, const char *suffix, struct metric_series series,
		       const char *le)
{
	const unsigned values[2] = {series.first, series.second};
	const char *separator = "{";

	strbuf_adds(out, row->name);
	strbuf_adds(out, suffix);
	for (int i = 0; i < 2; i++) {
		const struct label *label = &labels[row->labels[i]];
		const char *text = values[i] < TEXTS_MAX ? metrics.texts[row->labels[i]][values[i]] : NULL;

		if (!*label->name)
			continue;
		strbuf_addf(out, "%s%s=\"", separator, label->name);
		if (text)
			add_escaped(out, text);
		else
			strbuf_addf(out, "%u", label->first + values[i]);
		strbuf_addc(out, '"');
		separator = ",";
	}
	if (le)
		strbuf_addf(out, "%sle=\"%s\"", separator, le);
	strbuf_adds(out, le || *separator == ',' ? "} " : " ");
}

/* Microseconds as seconds, without zeros at the end. */
static const char *seconds(char out[static 32], uint64_t microseconds)
{
	int len = snprintf(out, 32, "%" PRIu64 ".%06" PRIu64, microseconds / US_PER_S, microseconds % US_PER_S);

	while (out[len - 1] == '0')
		len--;
	out[out[len - 1] == '.' ? len - 1 : len] = '\0';
	return out;
}

static void print_histogram(struct strbuf *out, enum metric metric, struct metric_series series)
{
	const struct row *row = &rows[metric];
	uint64_t count = 0;
	char text[32];

	for (unsigned i = 0; i <= row->bound_count; i++) {
		count += sum_of(metric, series, i);
		add_sample(out, row, "_bucket", series, i < row->bound_count ? seconds(text, row->bounds[i]) : "+Inf");
		strbuf_addf(out, "%" PRIu64 "\n", count);
	}
	add_sample(out, row, "_sum", series, NULL);
	strbuf_addf(out, "%s\n", seconds(text, sum_of(metric, series, row->bound_count + 1)));
	add_sample(out, row, "_count", series, NULL);
	strbuf_addf(out, "%" PRIu64 "\n", count);
}

static void print_series(struct strbuf *out, enum metric metric, struct metric_series series)
{
	const struct row *row = &rows[metric];
	uint64_t value = metric_read(metric, series);

	if (value == 0 && row->labels[0] != METRIC_LABEL_NONE)
		return;
	if (row->kind == KIND_HISTOGRAM) {
		print_histogram(out, metric, series);
		return;
	}
	add_sample(out, row, "", series, NULL);
	strbuf_addf(out, "%" PRIu64 "\n", value);
}

void metric_print(struct strbuf *out)
{
	static const char *const types[] = {"counter", "gauge", "histogram"};

	for (int i = 0; i < METRIC_COUNT && metrics.words; i++) {
		strbuf_addf(out, "# HELP %s ", rows[i].name);
		add_escaped(out, rows[i].help);
		strbuf_addf(out, "\n# TYPE %s %s\n", rows[i].name, types[rows[i].kind]);
		for (unsigned first = 0; first < values_of(&rows[i], 0); first++)
			for (unsigned second = 0; second < values_of(&rows[i], 1); second++)
				print_series(out, (enum metric)i, (struct metric_series){first, second});
	}
}
