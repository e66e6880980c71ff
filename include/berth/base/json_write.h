/* SPDX-License-Identifier: MIT */
/*
 * Writes JSON text into a strbuf. This module sets commas and escapes; the caller closes what it has opened.
 *
 *     json_open(&j, '{'); json_key(&j, "name"); json_text(&j, name); json_close(&j, '}');
 *
 * A writer does not fail: ask strbuf_ok at the end.
 */
#ifndef BERTH_BASE_JSON_WRITE_H
#define BERTH_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/strbuf.h"

struct json_writer {
	struct strbuf *out;
	bool comma; /* a comma is due before the next value or key */
};

/* Returns a writer that appends to `out`. */
static inline struct json_writer json_writer(struct strbuf *out)
{
	return (struct json_writer){.out = out};
}

/* Open an object or array with '{' or '[', close it with '}' or ']'. */
void json_open(struct json_writer *json, char bracket);
void json_close(struct json_writer *json, char bracket);

/* Writes the key of the next value. */
void json_key(struct json_writer *json, const char *key);

/* Write a value: a string of text or of bytes, a number, true or false. */
void json_text(struct json_writer *json, const char *value);
void json_span(struct json_writer *json, struct span value);
void json_u64(struct json_writer *json, uint64_t value);
void json_boolean(struct json_writer *json, bool value);

/* Writes a value that is JSON already, such as stored annotations. */
void json_raw(struct json_writer *json, struct span value);

/*
 * Appends one quoted JSON string. Control characters, quotes and backslashes are escaped (RFC 8259 section 7). Bytes that
 * are not UTF-8 become U+FFFD, so that the output is valid whatever a client sent.
 */
void json_escape(struct strbuf *out, struct span text);

#endif
