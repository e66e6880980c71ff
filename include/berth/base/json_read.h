/* SPDX-License-Identifier: MIT */
/*
 * The one reader of JSON: it checks a text that a client or a service sent, and makes a tree of it in the arena.
 *
 *     const struct json *root = json_read(arena, text, &fault), *layer;
 *     if (!root)  ... fault.reason, at byte fault.offset ...
 *     const char *type = json_get_string(root, "mediaType");
 *     for (layer = json_first(json_get(root, "layers")); layer; layer = layer->next) ...
 *
 * The reader keeps to RFC 8259, and is stricter where readers differ, because the client that pulls a document may use
 * another reader than ours (the class of CVE-2021-41190):
 *   - an object has each key once, compared after decoding its escapes; no key holds a NUL;
 *   - text is UTF-8, surrogates come in pairs;
 *   - a number without fraction and exponent fits int64_t, any other is finite as a double;
 *   - nesting stops at LIMIT_JSON_DEPTH, the count of values at LIMIT_JSON_VALUES;
 *   - the text is one value with white space around it and nothing else. A byte order mark is something else.
 *
 * Time is O(n log n) whatever the keys are: they are sorted, not hashed. Memory is the text and a `struct json` for each
 * value; if the arena has no more, it jumps as it does for any other allocation.
 *
 * Look-ups nest without tests in between: each takes NULL, and a value of another kind than the one it asks for.
 */
#ifndef BERTH_BASE_JSON_READ_H
#define BERTH_BASE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

enum json_kind { JSON_NULL, JSON_BOOLEAN, JSON_INTEGER, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

/* A value. The members behind `kind` hold what the kind says; the functions below are the convenient way to them. */
struct json {
	struct json *next; /* of the same array or object; NULL for the last one */
	const char *key;   /* of an object's member, decoded; NULL otherwise */
	union {
		bool boolean;
		int64_t integer;
		double real;
		const char *string; /* decoded, UTF-8, a NUL behind its `length` bytes; a \u0000 in it is a NUL, too */
		struct json *first; /* item or member, in the order of the text */
	};
	uint32_t length; /* bytes of a string; items or members */
	enum json_kind kind;
};

/* Why a text was refused, and at which byte: for a key that comes twice, at the end of its object. */
struct json_fault {
	const char *reason;
	size_t offset;
};

/*
 * Reads `text`, of which the tree holds a copy. Returns the value, which lives as long as the arena; NULL for a text that
 * is refused, with the cause in *fault unless that is NULL.
 */
const struct json *json_read(struct arena *arena, struct span text, struct json_fault *fault)
	__attribute__((warn_unused_result));

/* Returns whether `value` is there and of the kind. */
static inline bool json_is(const struct json *value, enum json_kind kind)
{
	return value && value->kind == kind;
}

/* Returns whether `object` has a member `key`, null included. */
bool json_has(const struct json *object, const char *key);

/* Returns the member `key`; NULL if it is absent or null. */
const struct json *json_get(const struct json *object, const char *key);

/* Returns the first item of an array or member of an object, from which `next` leads on; NULL if there is none. */
const struct json *json_first(const struct json *value);

/* Returns the number of items of an array; 0 for any other value. */
size_t json_count(const struct json *array);

/* Returns the bytes of a string; an empty span whose ptr is NULL for any other value. */
struct span json_as_span(const struct json *value);

/* Returns the text of a string; NULL for any other value. */
const char *json_as_string(const struct json *value);

/* Return the text or the integer of the member `key`; NULL or `fallback` if it is absent or of another kind. */
const char *json_get_string(const struct json *object, const char *key);
int64_t json_get_integer(const struct json *object, const char *key, int64_t fallback);

#endif
