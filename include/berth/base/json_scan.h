/* SPDX-License-Identifier: MIT */
/*
 * Is this text JSON, with no room for two readings? To be asked before any parser sees a client's bytes.
 *
 * RFC 8259 to the letter, and stricter where parsers differ, because the client that pulls a document may read it
 * with another parser than ours (the class of CVE-2021-41190):
 *   - an object has each key once, compared after decoding its escapes; no key holds a NUL;
 *   - text is UTF-8, surrogates come in pairs;
 *   - a number without fraction and exponent fits int64_t, any other is finite as a double;
 *   - nesting stops at LIMIT_JSON_DEPTH;
 *   - one value, white space around it, nothing else. A byte order mark is something else.
 *
 * Time is O(n log n) whatever the keys are: they are sorted, not hashed.
 */
#ifndef BERTH_BASE_JSON_SCAN_H
#define BERTH_BASE_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct json_scan {
	/* Why the text was refused, and at which byte (for a repeated key, its object's end); NULL when it was not. */
	const char *reason;
	size_t offset;
	/* What it holds: from these a caller can tell what a parse tree would cost before it is built. */
	size_t objects;
	size_t arrays;
	size_t members;
	size_t scalars;
};

/* True when the text holds. Fills *out either way; `arena` holds the keys with escapes until it is cleared. */
bool json_scan(struct json_scan *out, struct arena *arena, struct span text) __attribute__((warn_unused_result));

/* What stands between the quotes of a string that the scan passed, without its escapes; NUL-terminated, in the arena. */
struct span json_unescape(struct arena *arena, struct span raw);

#endif
