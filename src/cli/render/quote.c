/* SPDX-License-Identifier: MIT */
/* One argument in the languages of the configuration files that we write. */
#include <string.h>

#include "site_priv.h"

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

/* A dollar sign begins a variable and has no escape; callers either refuse it or write ${berth_dollar} (header_value). */
void quote_nginx(struct strbuf *out, const char *text)
{
	quote(out, text, "\"\\");
}

void quote_apache(struct strbuf *out, const char *text)
{
	quote(out, text, "\"\\");
}

/* systemd.service(5): percent signs are specifiers, dollars are variables in command lines. */
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
			strbuf_adds(out, "/?"); /* such a route matches without its last slash, too */
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
