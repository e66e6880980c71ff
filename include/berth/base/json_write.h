/* SPDX-License-Identifier: MIT */
/*
 * JSON text into a strbuf: commas and escapes are this module's business, nesting is the caller's.
 *
 *     json_open(&j, '{'); json_key(&j, "name"); json_text(&j, name); json_close(&j, '}');
 *
 * Failure is the strbuf's: ask strbuf_ok at the end.
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

static inline struct json_writer json_writer(struct strbuf *out)
{
	return (struct json_writer){.out = out};
}

/* bracket is '{' or '['; closing takes '}' or ']'. */
void json_open(struct json_writer *json, char bracket);
void json_close(struct json_writer *json, char bracket);

void json_key(struct json_writer *json, const char *key);
void json_text(struct json_writer *json, const char *value);
void json_span(struct json_writer *json, struct span value);
void json_u64(struct json_writer *json, uint64_t value);
void json_boolean(struct json_writer *json, bool value);

/* A value that is JSON already: an annotations object as it was pushed. */
void json_raw(struct json_writer *json, struct span value);

/*
 * One quoted JSON string. Control characters, quotes and backslashes are escaped (RFC 8259 section 7);
 * bytes that are not UTF-8 become U+FFFD, so that the output is valid whatever a client sent.
 */
void json_escape(struct strbuf *out, struct span text);

#endif
