/* SPDX-License-Identifier: MIT */
/* JSON text into a strbuf. */
#include "berth/base/json_write.h"

#include <inttypes.h>

#include "berth/base/utf8.h"

static void separate(struct json_writer *json)
{
	if (json->comma)
		strbuf_addc(json->out, ',');
	json->comma = true;
}

void json_open(struct json_writer *json, char bracket)
{
	separate(json);
	strbuf_addc(json->out, bracket);
	json->comma = false;
}

void json_close(struct json_writer *json, char bracket)
{
	strbuf_addc(json->out, bracket);
	json->comma = true;
}

void json_key(struct json_writer *json, const char *key)
{
	separate(json);
	json_escape(json->out, span_of(key));
	strbuf_addc(json->out, ':');
	json->comma = false;
}

void json_span(struct json_writer *json, struct span value)
{
	separate(json);
	json_escape(json->out, value);
}

void json_text(struct json_writer *json, const char *value)
{
	json_span(json, span_of(value));
}

void json_u64(struct json_writer *json, uint64_t value)
{
	separate(json);
	strbuf_addf(json->out, "%" PRIu64, value);
}

void json_boolean(struct json_writer *json, bool value)
{
	separate(json);
	strbuf_adds(json->out, value ? "true" : "false");
}

void json_raw(struct json_writer *json, struct span value)
{
	separate(json);
	strbuf_add_span(json->out, value);
}

static void escape_ascii(struct strbuf *out, char c)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char byte = (unsigned char)c;

	switch (c) {
	case '"': strbuf_adds(out, "\\\""); break;
	case '\\': strbuf_adds(out, "\\\\"); break;
	case '\n': strbuf_adds(out, "\\n"); break;
	case '\r': strbuf_adds(out, "\\r"); break;
	case '\t': strbuf_adds(out, "\\t"); break;
	default: {
		char unicode[] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};

		strbuf_add(out, unicode, sizeof unicode);
	}
	}
}

void json_escape(struct strbuf *out, struct span text)
{
	size_t plain = 0, at = 0;

	strbuf_addc(out, '"');
	while (at < text.len) {
		unsigned char byte = (unsigned char)text.ptr[at];
		size_t step = utf8_sequence((const unsigned char *)text.ptr + at, text.len - at);
		bool special = byte < 0x20 || byte == 0x7f || byte == '"' || byte == '\\';

		if (step > 0 && !special) {
			at += step;
			continue;
		}
		strbuf_add(out, text.ptr + plain, at - plain);
		if (step == 0)
			strbuf_adds(out, "\xef\xbf\xbd");
		else
			escape_ascii(out, text.ptr[at]);
		plain = ++at;
	}
	strbuf_add(out, text.ptr + plain, at - plain);
	strbuf_addc(out, '"');
}
