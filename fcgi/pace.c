/* SPDX-License-Identifier: MIT */
/* The credit and the debt of a peer. */
#include "berth/fcgi/pace.h"

#define MS_PER_S 1000

static int64_t ms_of(size_t bytes, uint64_t rate)
{
	return (int64_t)((uint64_t)bytes * MS_PER_S / rate);
}

void pace_begin(struct pace *pace, struct pace_terms terms)
{
	*pace = (struct pace){.terms = terms, .credit_ms = terms.silence_ms};
}

int64_t pace_allows(const struct pace *pace, size_t bytes)
{
	return pace->terms.rate ? pace->credit_ms + ms_of(bytes, pace->terms.rate) : pace->terms.silence_ms;
}

void pace_moved(struct pace *pace, int64_t ms, size_t bytes)
{
	int64_t credit = pace_allows(pace, bytes) - ms, debt = pace->debt_ms + ms - ms_of(bytes, PACE_QUICK);

	if (pace->terms.rate)
		pace->credit_ms = credit > pace->terms.silence_ms ? pace->terms.silence_ms : credit < 0 ? 0 : credit;
	pace->debt_ms = debt > 0 ? debt : 0;
}

int64_t pace_debt(const struct pace *pace, int64_t ms)
{
	return pace->debt_ms + ms;
}
