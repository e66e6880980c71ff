/* SPDX-License-Identifier: MIT */
/*
 * The parts of a URL (RFC 3986 section 3), borrowed from its text.
 *
 *     struct url url = url_split(span_of(text));
 *     log_info("from %.*s", SPAN_ARG(url.origin));
 */
#ifndef BERTH_BASE_URL_H
#define BERTH_BASE_URL_H

#include "berth/base/span.h"

/* Each part as it stands in the text, escapes included. An absent part is empty; `query` then has a NULL ptr. */
struct url {
	struct span scheme;    /* without the "://" */
	struct span userinfo;  /* without the "@" */
	struct span authority; /* host and port, without the userinfo */
	struct span
		origin;   /* scheme and authority with the "://"; the authority alone if there is userinfo. May be logged */
	struct span host; /* an IPv6 address with its brackets */
	struct span port; /* digits */
	struct span path; /* "" or from its "/" on */
	struct span query;  /* without the "?" */
	struct span target; /* path and query, with the "?": what a request line names */
};

/*
 * Takes `text` apart. It is "scheme://authority/path?query", or begins with the authority, as settings that name a host
 * do. The fragment is in no part. Never fails: what is no URL has a strange host.
 */
struct url url_split(struct span text);

#endif
