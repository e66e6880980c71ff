/* SPDX-License-Identifier: MIT */
/*
 * The sources of sign-ins by password, in memory that all workers of a pool share: which pairs of name and address have
 * signed in (known for 30 days), and which addresses or pairs fail. The model is OpenSSH's PerSourcePenalties
 * (sshd_config(5)).
 *
 * Each failure adds SOURCES_PENALTY seconds to the debt of a source. Each attempt that the semaphore refuses adds one
 * second. The debt falls by one second a second. So a client that keeps to Retry-After stays out of debt, and one that does
 * not falls into it.
 *
 * The tables have a fixed size: a new entry takes the place of the entry that ends first. Sources are kept as 64 bits of a
 * hash under a random key. Nothing is locked: each value is one atomic word. An entry that is being replaced has the time
 * 0, so a worker that dies in the middle leaves an empty entry.
 */
#ifndef BERTH_FCGI_SOURCES_H
#define BERTH_FCGI_SOURCES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"

#define SOURCES_PENALTY 10        /* seconds of debt for a failure */
#define SOURCES_DEBT_CLEAN 5      /* seconds of debt up to which a source keeps its class */
#define SOURCES_DEBT_HAMMERING 60 /* seconds of debt that refused attempts alone can reach */
#define SOURCES_DEBT_FREE \
	1000 /* seconds of debt up to which passwords are looked at: 100 failures at once, then one in 10 s */
#define SOURCES_SUSPICION 8      /* failures of all sources that mean guessing; the count falls by one a second */
#define SOURCES_SUSPICION_MAX 60 /* the highest count */

#define SOURCES_SETS 1024
#define SOURCES_WAYS 4
#define SOURCES_KEY_BYTES 32

/* Times are seconds of the monotonic clock. */
struct source_entry {
	_Atomic uint64_t source;
	_Atomic int64_t until; /* 0: empty */
};

struct source_table {
	struct source_entry entries[SOURCES_SETS][SOURCES_WAYS];
};

struct sources {
	unsigned char key[SOURCES_KEY_BYTES];
	_Atomic int64_t suspicion; /* when the count of failures is 0 again */
	struct source_table known;
	struct source_table debts; /* until: when the debt is paid */
};

/* Draws the random key of `sources`, which is all zero. Returns false, with errno set, when there is none. */
bool sources_init(struct sources *sources);

/* Returns the number of a source: an address alone (`name` empty), or a name at an address. Never 0. Takes no memory. */
uint64_t sources_id(const struct sources *sources, struct span name, const char *address);

/* Notes that the source has signed in: it is known for 30 days, and its debt is 0. */
void sources_succeeded(struct sources *sources, uint64_t source);

/* Tells whether the source has signed in within 30 days. */
bool sources_known(struct sources *sources, uint64_t source);

/* Adds a failure to the debt of the source and to the count of all failures. */
void sources_failed(struct sources *sources, uint64_t source);

/* Adds to the count of all failures alone: an attempt was refused because of its source's debt. */
void sources_suspect(struct sources *sources);

/* Adds a refused attempt to the debt of the source. */
void sources_turned_away(struct sources *sources, uint64_t source);

/* Returns the debt of the source in seconds; 0: none. */
int64_t sources_debt(struct sources *sources, uint64_t source);

/* Tells whether the count of failures means that somebody guesses passwords. */
bool sources_suspected(const struct sources *sources);

#endif
