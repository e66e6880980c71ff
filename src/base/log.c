/* SPDX-License-Identifier: MIT */
/* Log lines on stderr. Takes no memory, so that it can report that there is none. */
#include "berth/base/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "berth/base/clock.h"
#include "berth/base/json_write.h"
#include "berth/base/limits.h"
#include "berth/base/log_repeats.h"
#include "berth/base/strbuf.h"

/* More than message, context and static fields together with each byte escaped to six bytes: no line is cut. */
#define LINE_MAX_BYTES ((size_t)128 << 10)
#define STATIC_FIELDS 16
#define CONTEXT_FIELDS 8
#define PEER_MAX 64 /* an address */

struct field {
	const char *key;
	const char *value;
};

static struct {
	enum log_level level;
	enum log_format format;
	struct field fixed[STATIC_FIELDS];
	size_t fixed_count;
	struct field context[CONTEXT_FIELDS];
	size_t context_count;
	char peer[PEER_MAX];
	bool has_peer;
	char fixed_text[4096];
	size_t fixed_used;
	char *captured; /* the buffer of log_capture; NULL: lines are written */
	size_t captured_size;
} state = {.level = LOG_LEVEL_INFO};

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_setup(enum log_level level, enum log_format format)
{
	state.level = level;
	state.format = format;
}

static const char *log_keep(const char *text)
{
	size_t len = strlen(text) + 1;
	char *copy = state.fixed_text + state.fixed_used;

	if (len > sizeof state.fixed_text - state.fixed_used)
		return NULL;
	memcpy(copy, text, len);
	state.fixed_used += len;
	return copy;
}

void log_static_field(const char *key, const char *value)
{
	const char *kept_key = log_keep(key), *kept_value = log_keep(value);

	if (kept_key && kept_value && state.fixed_count < STATIC_FIELDS)
		state.fixed[state.fixed_count++] = (struct field){kept_key, kept_value};
}

void log_static_clear(void)
{
	state.fixed_count = 0;
	state.fixed_used = 0;
}

void log_context_set(const char *key, const char *value)
{
	if (state.context_count < CONTEXT_FIELDS)
		state.context[state.context_count++] = (struct field){key, value};
}

void log_context_clear(void)
{
	state.context_count = 0;
}

void log_peer_set(const char *address)
{
	state.has_peer = address != NULL;
	(void)snprintf(state.peer, sizeof state.peer, "%s", address ? address : "");
}

void log_capture(char *buffer, size_t size)
{
	state.captured = buffer;
	state.captured_size = size;
	if (buffer)
		*buffer = '\0';
}

static void capture(const char *message)
{
	size_t len = strlen(state.captured);

	(void)snprintf(state.captured + len, state.captured_size - len, "%s%s", len ? "; " : "", message);
}

bool log_enabled(enum log_level level)
{
	return level <= state.level;
}

static void add_time(char *out, size_t size)
{
	struct timespec now = clock_wall();
	struct tm utc;
	size_t len;

	gmtime_r(&now.tv_sec, &utc);
	len = strftime(out, size, "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(out + len, size - len, ".%06ldZ", now.tv_nsec / 1000);
}

static struct span cut(const char *text)
{
	struct span value = span_of(text);

	if (value.len > LIMIT_LOG_FIELD)
		value.len = LIMIT_LOG_FIELD;
	return value;
}

static void add_field(struct strbuf *line, const char *key, struct span value)
{
	if (state.format == LOG_FORMAT_TEXT) {
		strbuf_addc(line, ' ');
		strbuf_adds(line, key);
		strbuf_addc(line, '=');
	} else {
		strbuf_addc(line, ',');
		json_escape(line, span_of(key));
		strbuf_addc(line, ':');
	}
	json_escape(line, value);
}

static void log_add_head(struct strbuf *line, enum log_level level)
{
	static const struct {
		const char *time, *level, *end;
	} heads[] = {
		[LOG_FORMAT_TEXT] = {"time=\"", "\" level=", ""},
		[LOG_FORMAT_JSON] = {"{\"time\":\"", "\",\"level\":\"", "\""},
		[LOG_FORMAT_LOGSTASH] = {"{\"@timestamp\":\"", "\",\"@version\":\"1\",\"level\":\"", "\""},
	};
	char now[64];

	add_time(now, sizeof now);
	strbuf_adds(line, heads[state.format].time);
	strbuf_adds(line, now);
	strbuf_adds(line, heads[state.format].level);
	strbuf_adds(line, level_names[level]);
	strbuf_adds(line, heads[state.format].end);
}

static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t done = write(STDERR_FILENO, bytes, len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return; /* a failure of stderr cannot be reported */
		bytes += done;
		len -= (size_t)done;
	}
}

static void write_line(enum log_level level, const char *message)
{
	static char memory[LINE_MAX_BYTES];
	const char *message_key = state.format == LOG_FORMAT_LOGSTASH ? "message" : "msg";
	struct strbuf line;

	strbuf_fixed(&line, memory, sizeof memory);
	log_add_head(&line, level);
	add_field(&line, message_key, span_of(message));
	for (size_t i = 0; i < state.context_count; i++)
		add_field(&line, state.context[i].key, cut(state.context[i].value));
	for (size_t i = 0; i < state.fixed_count; i++)
		add_field(&line, state.fixed[i].key, cut(state.fixed[i].value));
	strbuf_adds(&line, state.format == LOG_FORMAT_TEXT ? "\n" : "}\n");
	write_all(line.ptr, line.len);
}

static bool is_repetition(enum log_level level, const char *format, const char *message)
{
	return state.has_peer && level != LOG_LEVEL_DEBUG && !log_repeats_first(state.peer, format, message);
}

bool log_write(enum log_level level, const char *format, ...)
{
	int saved_errno = errno;
	bool written = true;
	va_list args;
	char message[LIMIT_LOG_FIELD * 2];

	if (!log_enabled(level))
		return true;
	va_start(args, format);
	(void)vsnprintf(message, sizeof message, format, args);
	va_end(args);
	if (state.captured && level <= LOG_LEVEL_WARN)
		capture(message);
	else if (is_repetition(level, format, message))
		written = false;
	else
		write_line(level, message);
	errno = saved_errno;
	return written;
}

void log_each(enum log_level level, const char *format, ...)
{
	va_list args;
	char message[LIMIT_LOG_FIELD * 2];

	if (!log_enabled(level))
		return;
	va_start(args, format);
	(void)vsnprintf(message, sizeof message, format, args);
	va_end(args);
	write_line(level, message);
}

static void write_count(unsigned more, unsigned seconds, const char *text)
{
	log_info("%u more times in %u s: %s", more, seconds, text);
}

void log_repeated(bool all)
{
	log_repeats_flush(all, write_count);
}
