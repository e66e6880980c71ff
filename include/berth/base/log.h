/* SPDX-License-Identifier: MIT */
/*
 * Log lines on stderr, one write(2) each, as text (logfmt), JSON or logstash JSON.
 *
 * The fields that identify a request are set once, with log_context_set, and stand on every line until log_context_clear.
 * Messages may hold bytes of clients: every value is escaped, and cut at LIMIT_LOG_FIELD. A process has one thread and
 * one log, so the module holds the state.
 */
#ifndef BERTH_BASE_LOG_H
#define BERTH_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_LOGSTASH };

/* Sets the lowest level that is written, and the format. Before the first call: info, as text. */
void log_setup(enum log_level level, enum log_format format);

/* Adds a field to every line (`log.fields` of the configuration). Both are copied; at most 16 fields are kept. */
void log_static_field(const char *key, const char *value);

/* Forgets these fields, before a new configuration is applied. */
void log_static_clear(void);

/* Adds a field to every line until log_context_clear. Key and value are borrowed until then; at most 8 are kept. */
void log_context_set(const char *key, const char *value);

/* Ends the fields of a request. */
void log_context_clear(void);

/*
 * Sets the remote peer whose request is served. `address` is copied, "" if it is unknown; NULL ends the request. Lines
 * for a peer are bounded by log_repeats.h, but for debug lines.
 */
void log_peer_set(const char *address);

/*
 * Writes the counts of log_repeats.h as lines; `all`: also those whose period is not over. For the master, once a second.
 */
void log_repeated(bool all);

/*
 * Collects the messages of errors and warnings in `buffer` instead of writing lines, with "; " between them, cut at
 * `size`. The caller then says in one line why something below it failed. NULL ends the collection.
 */
void log_capture(char *buffer, size_t size);

/* Returns whether lines of this level are written. */
bool log_enabled(enum log_level level);

/* Writes a line; errno stays. Returns false if the line is a repetition and was counted instead (log_repeats.h). */
bool log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes a line however often it repeats: for events that the operator has asked for or has caused. */
void log_each(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) ((void)log_write(LOG_LEVEL_ERROR, __VA_ARGS__))
#define log_warn(...) ((void)log_write(LOG_LEVEL_WARN, __VA_ARGS__))
#define log_info(...) ((void)log_write(LOG_LEVEL_INFO, __VA_ARGS__))
#define log_debug(...) ((void)log_write(LOG_LEVEL_DEBUG, __VA_ARGS__))

#endif
