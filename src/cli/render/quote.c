/* SPDX-License-Identifier: MIT */
/* One argument in the languages of the configuration files that Berth writes. */
#include "quote_priv.h"

#include <string.h>

#include "berth/base/span.h"

static void quote(struct strbuf *out, const char *text, const char *special)
{
	strbuf_addc(out, '"');
	for (; *text; text++) {
		if (strchr(special, *text))
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
}

void quote_nginx(struct strbuf *out, const char *text)
{
	quote(out, text, "\"\\");
}

void quote_apache(struct strbuf *out, const char *text)
{
	quote(out, text, "\"\\");
}

void quote_systemd(struct strbuf *out, const char *text)
{
	strbuf_addc(out, '"');
	for (; *text; text++) {
		if (strchr("\"\\", *text))
			strbuf_addc(out, '\\');
		else if (strchr("%$", *text))
			strbuf_addc(out, *text);
		strbuf_addc(out, *text);
	}
	strbuf_addc(out, '"');
}

void quote_regex(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr(".[]{}()*+?^$|\\", *text))
			strbuf_addc(out, '\\');
		strbuf_addc(out, *text);
	}
}

void quote_pattern(struct strbuf *out, const char *prefix, const char *pattern)
{
	struct span rest = span_after(span_of(pattern), 1), part;

	quote_regex(out, prefix);
	for (bool first = true; span_split(&rest, '/', &part); first = false) {
		if (part.len == 0) {
			strbuf_adds(out, "/?"); /* the route matches without its last slash, too */
			continue;
		}
		strbuf_adds(out, first ? "" : "/");
		if (span_is(part, "{name}"))
			strbuf_adds(out, "[^?]+");
		else if (part.ptr[0] == '{')
			strbuf_adds(out, "[^/?]+");
		else
			quote_regex(out, arena_span(out->arena, part));
	}
}

bool quote_possible(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}
