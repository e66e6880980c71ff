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
#include "berth/http/message.h"

/* What a request needs to be allowed to do: authorisation reads this and nothing else. */
enum route_action {
	ACTION_NONE,     /* anybody */
	ACTION_ANY,      /* a caller whose credentials are good */
	ACTION_PULL,     /* repository:{name}:pull */
	ACTION_PUSH,     /* repository:{name}:pull and push */
	ACTION_MOUNT,    /* the same; a challenge asks for pull on the query's `from`, too, which is never needed */
	ACTION_CONTINUE, /* ACTION_PUSH; an expired token may go on with the upload that it started */
	ACTION_DELETE,   /* repository:{name}:delete */
	ACTION_CATALOG   /* registry:catalog:* */
};

/* What the operator may have switched off. */
enum route_guard {
	GUARD_NONE,
	GUARD_WRITE, /* refused in read-only mode */
	GUARD_DELETE /* refused in read-only mode and unless deletion is enabled */
};

struct route {
	int methods; /* of enum http_method, ORed */
	const char *pattern;
	enum route_action action;
	enum route_guard guard;
};

struct route_match {
	const struct route *route;    /* NULL: no such path, or not this method: then `allowed` is not 0 */
	const struct route *resource; /* the first row of the path's pattern; NULL: no such path */
	int allowed;                  /* methods of the resource, OPTIONS included; 0: no such path */
	struct span name;             /* {name}, "" where the pattern has none */
	struct span parameter;        /* the other one */
};

/* `prefix` is the segment-wise prefix of all routes, "" or "/a/b/". */
struct route_match route_find(const struct route *table, size_t count, const char *prefix, struct arena *arena,
			      const struct target *target, enum http_method method);

/* "DELETE, GET, HEAD": for Allow. */
const char *route_allow(int methods, struct arena *arena);

#endif
