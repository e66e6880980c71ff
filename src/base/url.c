/* SPDX-License-Identifier: MIT */
/* From left to right: each part ends at the first delimiter of the parts that may follow (RFC 3986 appendix B). */
#include "berth/base/url.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* Takes the bytes before the first of `delimiters` off the front of *rest. */
static struct span take_until(struct span *rest, const char *delimiters)
{
	struct span part = {rest->ptr, 0};

	while (part.len < rest->len && (rest->ptr[part.len] == '\0' || !strchr(delimiters, rest->ptr[part.len])))
		part.len++;
	*rest = span_after(*rest, part.len);
	return part;
}

static bool consists_of(struct span text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\0' || !strchr(allowed, text.ptr[i]))
			return false;
	return true;
}

/* Takes the scheme and the "://" behind it. */
static struct span take_scheme(struct span *rest)
{
	struct span after = *rest, scheme = take_until(&after, ":/?#");

	if (!span_starts(after, "://") || scheme.len == 0 || !consists_of((struct span){scheme.ptr, 1}, LETTERS) ||
	    !consists_of(scheme, LETTERS DIGITS "+-."))
		return (struct span){"", 0};
	*rest = span_after(after, strlen("://"));
	return scheme;
}

static void split_authority(struct url *out, struct span text)
{
	const char *at = text.len ? memrchr(text.ptr, '@', text.len) : NULL, *colon;

	if (at) {
		out->userinfo = (struct span){text.ptr, (size_t)(at - text.ptr)};
		text = span_after(text, out->userinfo.len + 1);
	}
	out->authority = out->host = text;
	colon = text.len ? memrchr(text.ptr, ':', text.len) : NULL;
	if (!colon)
		return;
	out->port = span_after(text, (size_t)(colon - text.ptr) + 1);
	if (consists_of(out->port, DIGITS)) /* otherwise the colon is one of an IPv6 address */
		out->host.len = (size_t)(colon - text.ptr);
	else
		out->port = (struct span){"", 0};
}

struct url url_split(struct span text)
{
	struct url out = {.userinfo = {"", 0}, .port = {"", 0}};
	struct span rest = text;

	out.scheme = take_scheme(&rest);
	split_authority(&out, take_until(&rest, "/?#"));
	out.origin = out.userinfo.len ? out.authority : (struct span){text.ptr, (size_t)(rest.ptr - text.ptr)};
	out.target = rest;
	out.path = take_until(&rest, "?#");
	if (span_starts(rest, "?")) {
		rest = span_after(rest, 1);
		out.query = take_until(&rest, "#");
	} else {
		(void)take_until(&rest, "#");
	}
	out.target.len -= rest.len;
	return out;
}
