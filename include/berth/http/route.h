/* SPDX-License-Identifier: MIT */
/*
 * Matching a request against a table of routes. 404, 405 with Allow, and OPTIONS follow from the table.
 *
 * A pattern is a path whose segments are literals, `{name}` (one or more segments: a repository's path) or another
 * word in braces (exactly one segment). The first row whose pattern matches decides; the rows with the same pattern
 * are that resource's methods. A pattern that ends in a slash matches with and without it, any other only without.
 */
#ifndef BERTH_HTTP_ROUTE_H
#define BERTH_HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/limits.h"
#include "berth/http/message.h"

/* How the web server takes a request's body. */
enum route_body_place {
	BODY_PLACE_NONE,     /* in memory, a little: the handler has no use for it */
	BODY_PLACE_SMALL,    /* in memory, without asking a worker */
	BODY_PLACE_BUFFERED, /* a worker is asked first; the body is on the worker's stream */
	BODY_PLACE_SPOOLED   /* a worker is asked first; NGINX leaves a file, Apache streams to a pool of its own */
};

struct route_body {
	enum route_body_place place;
	size_t max;                /* bytes; 0: no bound but the disk's */
	enum error_code too_large; /* what more than that is answered with */
};

/* The rows' column. */
#define BODY_NONE                                                  \
	{                                                          \
		BODY_PLACE_NONE, LIMIT_IDLE_BODY, E_BODY_TOO_LARGE \
	}
#define BODY_SMALL(max)                                 \
	{                                               \
		BODY_PLACE_SMALL, max, E_BODY_TOO_LARGE \
	}
#define BODY_BUFFERED(max, too_large)               \
	{                                           \
		BODY_PLACE_BUFFERED, max, too_large \
	}
#define BODY_SPOOLED                                    \
	{                                               \
		BODY_PLACE_SPOOLED, 0, E_BODY_TOO_LARGE \
	}

struct route {
	int methods; /* of enum http_method, ORed */
	const char *pattern;
	struct route_body body;
};

struct route_match {
	const struct route *route;    /* NULL: no such path, or not this method: then `allowed` is not 0 */
	const struct route *resource; /* the first row of the path's pattern; NULL: no such path */
	int allowed;                  /* methods of the resource, OPTIONS included; 0: no such path */
	struct span name;             /* {name}, "" where the pattern has none */
	struct span parameter;        /* the other one */
};

/*
 * Finds the route of a request. `prefix` stands before all patterns: "" or "/a/b/". The spans of the result live in
 * `arena`.
 */
struct route_match route_find(const struct route *table, size_t count, const char *prefix, struct arena *arena,
			      const struct target *target, enum http_method method);

/* Returns "none", "small", "buffered" or "spooled"; static. */
const char *route_body_word(enum route_body_place place);

/* Returns the value of Allow, such as "DELETE, GET, HEAD", in `arena`. */
const char *route_allow(int methods, struct arena *arena);

#endif
