/* SPDX-License-Identifier: MIT */
/* Durations in Go's notation (time.ParseDuration, Duration.String). */
#include "value_priv.h"

#include <inttypes.h>
#include <string.h>

#include "berth/base/strbuf.h"

#define DURATION_TEXT_MAX 64

struct unit {
	const char *name;
	int64_t length;
};

/* The first name that fits counts, so "ms" stands before "m". */
static const struct unit units[] = {
	{"ns", 1},
	{"us", 1000},
	{"\xc2\xb5s", 1000}, /* U+00B5, micro sign */
	{"\xce\xbcs", 1000}, /* U+03BC, Greek mu */
	{"ms", 1000000},
	{"s", 1000000000},
	{"m", 60 * INT64_C(1000000000)},
	{"h", 3600 * INT64_C(1000000000)},
};

static bool take_unit(struct span *text, int64_t *length)
{
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (span_starts(*text, units[i].name)) {
			*text = span_after(*text, strlen(units[i].name));
			*length = units[i].length;
			return true;
		}
	}
	return false;
}

static struct span take_digits(struct span *text)
{
	struct span digits = {text->ptr, 0};

	while (digits.len < text->len && digits.ptr[digits.len] >= '0' && digits.ptr[digits.len] <= '9')
		digits.len++;
	*text = span_after(*text, digits.len);
	return digits;
}

/* Returns the digits behind a point as a part of `unit`, rounded down to nanoseconds. */
static int64_t fraction_of(struct span digits, int64_t unit)
{
	double part = 0, scale = 1;

	for (size_t i = 0; i < digits.len && i < 15; i++) {
		part = part * 10 + (digits.ptr[i] - '0');
		scale *= 10;
	}
	return (int64_t)(part * ((double)unit / scale));
}

/* Takes one number with its unit off the text and adds it to *sum. */
static bool take_term(struct span *text, int64_t *sum)
{
	struct span whole = take_digits(text), fraction = {"", 0};
	uint64_t count = 0;
	int64_t unit, length;

	if (span_starts(*text, ".")) {
		*text = span_after(*text, 1);
		fraction = take_digits(text);
	}
	if (whole.len + fraction.len == 0 || (whole.len > 0 && !span_to_u64(whole, &count)) || !take_unit(text, &unit))
		return false;
	return !__builtin_mul_overflow(count, unit, &length) &&
	       !__builtin_add_overflow(length, fraction_of(fraction, unit), &length) &&
	       !__builtin_add_overflow(*sum, length, sum);
}

bool value_duration(int64_t *out, struct span text)
{
	bool negative = span_starts(text, "-");
	int64_t sum = 0;
	uint64_t bare;

	if (negative || span_starts(text, "+"))
		text = span_after(text, 1);
	if (text.len == 0)
		return false;
	if (span_to_u64(text, &bare)) {
		if (bare > INT64_MAX)
			return false;
		sum = (int64_t)bare;
		text.len = 0;
	}
	while (text.len > 0)
		if (!take_term(&text, &sum))
			return false;
	*out = negative ? -sum : sum;
	return true;
}

/* Appends less than a minute: `1.5s`, `0s`; `300ms` if nothing is in front (`alone`). */
static void add_small(struct strbuf *out, uint64_t rest, bool alone)
{
	uint64_t unit = 1000000000;
	const char *name = "s";
	char digits[16];
	int len;

	if (alone && rest > 0 && rest < unit) {
		unit = rest < 1000 ? 1 : rest < 1000000 ? 1000 : 1000000;
		name = rest < 1000 ? "ns" : rest < 1000000 ? "us" : "ms";
	}
	strbuf_addf(out, "%" PRIu64, rest / unit);
	if (rest % unit) {
		int width = unit == 1000 ? 3 : unit == 1000000 ? 6 : 9;

		len = snprintf(digits, sizeof digits, "%0*" PRIu64, width, rest % unit);
		while (len > 0 && digits[len - 1] == '0')
			len--;
		strbuf_addf(out, ".%.*s", len, digits);
	}
	strbuf_adds(out, name);
}

const char *value_duration_text(int64_t duration, struct arena *arena)
{
	const uint64_t minute = 60 * UINT64_C(1000000000), hour = 60 * minute;
	uint64_t length = duration < 0 ? -(uint64_t)duration : (uint64_t)duration;
	struct strbuf out;

	strbuf_init(&out, arena, DURATION_TEXT_MAX);
	if (duration < 0)
		strbuf_addc(&out, '-');
	if (length >= hour)
		strbuf_addf(&out, "%" PRIu64 "h", length / hour);
	if (length >= minute)
		strbuf_addf(&out, "%" PRIu64 "m", length % hour / minute);
	add_small(&out, length % minute, length < minute);
	return out.ptr;
}
