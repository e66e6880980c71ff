/* SPDX-License-Identifier: MIT */
/*
 * What a node remembers of those who sign in by password, in memory that all workers of a pool share: which pairs of name
 * and address have signed in (known for 30 days), and which addresses or pairs fail. The model is OpenSSH's
 * PerSourcePenalties (sshd_config(5)).
 *
 * Each failure adds SOURCES_PENALTY seconds to a source's debt, which time pays back; each attempt that finds no turn adds
 * one. So a client that comes back when it was told to stays clean, and one that hammers does not. The memory is bounded: a table of a
 * fixed size, in which a new entry takes the place of the one that ends first. Sources are kept as 64 bits of a hash under
 * a random key. Nothing is locked: each value is one atomic word, and an entry that is being replaced has no time, so that
 * a worker that dies in the middle leaves an empty entry.
 */
#ifndef BERTH_FCGI_SOURCES_H
#define BERTH_FCGI_SOURCES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "berth/base/span.h"

#define SOURCES_PENALTY 10        /* seconds of debt for a failure */
#define SOURCES_DEBT_CLEAN 5      /* seconds of debt that are no reason for suspicion */
#define SOURCES_DEBT_HAMMERING 60 /* seconds of debt that attempts without a turn add up to at most */
#define SOURCES_DEBT_FREE 1000    /* seconds of debt up to which a source may try: 100 failures at once, then one in 10 s */
#define SOURCES_SUSPICION 8 /* failures of all sources, of which one is forgotten a second: from here on somebody guesses */
#define SOURCES_SUSPICION_MAX 60 /* failures that are remembered so */

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
	_Atomic int64_t suspicion; /* when the last failure will be forgotten */
	struct source_table known;
	struct source_table debts; /* until: when the debt is paid */
};

/* Draws the key. `sources` is all zero before. False with errno. */
bool sources_init(struct sources *sources);

/* What stands for a source: an address alone (`name` empty), or a name at an address. Never 0. Takes no memory. */
uint64_t sources_id(const struct sources *sources, struct span name, const char *address);

/* Remembers that the source has signed in, and forgives its debt. */
void sources_succeeded(struct sources *sources, uint64_t source);
bool sources_known(struct sources *sources, uint64_t source);

/* Adds a failure to the source's debt and to the suspicion. */
void sources_failed(struct sources *sources, uint64_t source);

/* Adds to the suspicion alone: an attempt of a source in debt was refused unseen. */
void sources_suspect(struct sources *sources);

/* Adds an attempt that found no turn. */
void sources_turned_away(struct sources *sources, uint64_t source);

/* Returns the seconds until the source's debt is paid; 0: none. */
int64_t sources_debt(struct sources *sources, uint64_t source);

/* Does somebody guess? */
bool sources_suspected(const struct sources *sources);

#endif
