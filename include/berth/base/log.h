/* SPDX-License-Identifier: MIT */
/*
 * Log lines on stderr, one write(2) each, as text (logfmt), JSON or logstash JSON.
 *
 * Identity is set once per request with log_context_set and appears on every line until log_context_clear; call
 * sites never format it. Messages may hold client bytes: everything is escaped and each value cut at
 * LIMIT_LOG_FIELD. One process, one thread, one log: the state is the module's.
 */
#ifndef BERTH_BASE_LOG_H
#define BERTH_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON, LOG_FORMAT_LOGSTASH };

/* Until called, lines of level info and above go out as text. */
void log_setup(enum log_level level, enum log_format format);

/* A static field on every line (`log.fields` of the configuration). Both are copied; at most 16 fields are kept. */
void log_static_field(const char *key, const char *value);

/* Forgets the static fields: before a new configuration is applied. */
void log_static_clear(void);

/* A field on every line until log_context_clear. Key and value are borrowed until then; at most 8 are kept. */
void log_context_set(const char *key, const char *value);
void log_context_clear(void);

/*
 * Sets the remote peer whose request is being served: its address, copied, "" for an unknown one; NULL: no peer. Lines
 * that are written for a peer are bounded by log_repeats.h, debug lines excepted.
 */
void log_peer_set(const char *address);

/* Writes the counts of log_repeats.h as lines; `all`: also those whose period is not over. For the master, once a second. */
void log_repeated(bool all);

/*
 * From here on errors and warnings go into `buffer` instead, messages only, "; " between them, cut at `size`: for who is to say in
 * one line why something below failed. NULL ends it.
 */
void log_capture(char *buffer, size_t size);

bool log_enabled(enum log_level level);

/* Returns false if the line is a repetition that was counted instead. */
bool log_write(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes the line however often it repeats: for what the operator has asked for, or has done. */
void log_each(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define log_error(...) ((void)log_write(LOG_LEVEL_ERROR, __VA_ARGS__))
#define log_warn(...) ((void)log_write(LOG_LEVEL_WARN, __VA_ARGS__))
#define log_info(...) ((void)log_write(LOG_LEVEL_INFO, __VA_ARGS__))
#define log_debug(...) ((void)log_write(LOG_LEVEL_DEBUG, __VA_ARGS__))

#endif
