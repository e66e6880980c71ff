/* SPDX-License-Identifier: MIT */
/*
 * The scheme and the host that the client uses, as proxies tell them: Forwarded (RFC 7239) or X-Forwarded-Proto and
 * -Host.
 *
 * These values end up in Location and Link headers, so only what passes the grammars below is ever returned.
 */
#ifndef BERTH_HTTP_FORWARDED_H
#define BERTH_HTTP_FORWARDED_H

#include <stdbool.h>

#include "berth/base/span.h"

struct forwarded {
	const char *scheme; /* "http" or "https", static; NULL when not told */
	struct span host;   /* host[:port] within the header it came from; empty when not told */
};

/*
 * Reads the first element of Forwarded if that header is there, else the first elements of the X- pair. A value that does
 * not pass its grammar counts as absent. Absent headers are empty spans.
 */
struct forwarded forwarded_parse(struct span forwarded, struct span x_proto, struct span x_host);

/*
 * Returns whether `host` is host[:port] of a URL: letters, digits, dots, dashes and underscores, or an IPv6 address in
 * brackets; at most 255 bytes; a port from 1 to 65535 (RFC 3986 section 3.2.2, narrowed). Also for the Host header
 * itself.
 */
bool forwarded_host_valid(struct span host);

/* Returns "http" or "https", static, for such a scheme in any case; NULL for any other. */
const char *forwarded_scheme(struct span scheme);

#endif
