/* SPDX-License-Identifier: MIT */
/*
 * The request target, from the raw REQUEST_URI: the only form of it that web servers leave as the client sent it.
 *
 * There is one spelling of a path here, so that no check can be passed under another: what other servers would normalise
 * is refused. Refused as E_URI_INVALID: anything but origin-form and absolute-form (RFC 9112 section 3.2), bytes outside
 * printable ASCII, bad percent-encoding, encoded control characters, an encoded slash in the path, `.` and `..` segments
 * however encoded, empty segments but for one trailing slash. Longer than LIMIT_URI: E_URI_TOO_LONG.
 */
#ifndef BERTH_HTTP_TARGET_H
#define BERTH_HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/span.h"

/* One key=value of the query, decoded: `+` is a space. A key without `=` has an empty value. */
struct target_param {
	struct span key;
	struct span value;
};

struct target {
	struct span path;                  /* decoded, with its leading and any trailing slash; without the query */
	const struct span *segments;       /* decoded, between the slashes of `path` */
	size_t segment_count;              /* 0 for "/" */
	bool trailing_slash;               /* after a segment: "/v2/" */
	struct span raw_query;             /* as it came, without the `?` */
	const struct target_param *params; /* in the order in which they came */
	size_t param_count;
};

/*
 * Reads `uri`. All spans live in `arena` and end in a NUL, so that ptr is a C string; no span holds a NUL. Returns false
 * with E_URI_INVALID or E_URI_TOO_LONG.
 */
bool target_parse(struct target *out, struct arena *arena, struct span uri, struct error *error);

/*
 * Makes one slash of every run of slashes in the path of `uri`, and takes a slash at the path's end away unless
 * `keep_last`. *out is the origin-form in `arena`; escapes and the query stay as they came. Returns false if there was
 * nothing to change, or `uri` is no target.
 */
bool target_tidy(struct span *out, struct arena *arena, struct span uri, bool keep_last);

/*
 * Reads a form (application/x-www-form-urlencoded) as the parameters of a target without a path. Returns false with
 * E_URI_INVALID.
 */
bool target_parse_form(struct target *out, struct arena *arena, struct span form, struct error *error);

/* Returns the first value of `key`, borrowed; NULL if there is none. */
const struct span *target_first(const struct target *target, const char *key);

/*
 * Returns the values of a repeated key, one a call, and NULL behind the last one. Begin with *at = 0:
 *     for (size_t at = 0; (tag = target_next(target, "tag", &at));)
 */
const struct span *target_next(const struct target *target, const char *key, size_t *at);

#endif
