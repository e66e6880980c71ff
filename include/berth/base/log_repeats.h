/* SPDX-License-Identifier: MIT */
/*
 * Bounds on the log lines that remote peers can cause. log.h asks for each line that is written while a peer is set
 * (log_peer_set); a line that is refused here is counted instead, and the count becomes one line.
 *
 * In each period of LOG_REPEATS_SECONDS
 * - the same text for the same peer is written once,
 * - a peer gets at most LOG_REPEATS_TEXTS different lines of one kind (a kind is a format string),
 * - all peers together get at most LOG_REPEATS_LINES lines of one kind.
 *
 * The counts are in memory that the processes share which are forked after log_repeats_share: a table of a fixed size. A
 * process that dies while it writes leaves an entry with a wrong text, never one that stops the others.
 */
#ifndef BERTH_BASE_LOG_REPEATS_H
#define BERTH_BASE_LOG_REPEATS_H

#include <stdbool.h>

#define LOG_REPEATS_SECONDS 60
#define LOG_REPEATS_TEXTS 20
#define LOG_REPEATS_LINES 100

/* Makes the shared memory. Before that, and if there is none, every line is written. */
void log_repeats_share(void);

/* Returns true if the line is to be written, false after counting it. `kind` and `text` are hashed, `text` is copied. */
bool log_repeats_first(const char *peer, const char *kind, const char *text);

/*
 * Calls `write` for each count whose period is over (`all`: for each count), and begins its next period. One of the
 * processes that share the counts calls this.
 */
typedef void log_repeats_fn(unsigned more, unsigned seconds, const char *text);
void log_repeats_flush(bool all, log_repeats_fn *write);

#endif
