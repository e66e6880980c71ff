/* SPDX-License-Identifier: MIT */
/* json-c as the second opinion on our reader of JSON. */
#ifndef BERTH_TESTS_LIB_JSON_SAME_H
#define BERTH_TESTS_LIB_JSON_SAME_H

#include <json_object.h>
#include <json_tokener.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "berth/base/json_read.h"
#include "berth/base/limits.h"

/* Reads `text` with json-c, with a NUL behind the text, as a number at the top has no other end. *end is what json-c read. */
static inline struct json_object *json_c_read(struct span text, int flags, enum json_tokener_error *fault, size_t *end)
{
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	char *copy = calloc(1, text.len + 1);
	struct json_object *root;

	memcpy(copy, text.ptr, text.len);
	json_tokener_set_flags(tokener, flags);
	root = json_tokener_parse_ex(tokener, copy, (int)text.len + 1);
	*fault = json_tokener_get_error(tokener);
	*end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	free(copy);
	return root;
}

/* Returns whether our value is what json-c has read. */
static inline bool json_same(const struct json *ours, struct json_object *theirs)
{
	size_t count = 0;

	switch (json_object_get_type(theirs)) {
	case json_type_null: return json_is(ours, JSON_NULL);
	case json_type_boolean: return json_is(ours, JSON_BOOLEAN) && ours->boolean == json_object_get_boolean(theirs);
	case json_type_int: return json_is(ours, JSON_INTEGER) && ours->integer == json_object_get_int64(theirs);
	case json_type_double:
		return json_is(ours, JSON_REAL) && memcmp(&ours->real, &(double){json_object_get_double(theirs)}, 8) == 0;
	case json_type_string:
		return json_is(ours, JSON_STRING) && ours->length == (size_t)json_object_get_string_len(theirs) &&
		       memcmp(ours->string, json_object_get_string(theirs), ours->length + 1) == 0;
	case json_type_array:
		for (const struct json *item = json_first(ours); item; item = item->next)
			if (!json_same(item, json_object_array_get_idx(theirs, count++)))
				return false;
		return json_is(ours, JSON_ARRAY) && count == json_object_array_length(theirs) && json_count(ours) == count;
	case json_type_object:
		for (const struct json *member = json_first(ours); member; member = member->next, count++) {
			struct json_object *value;

			if (!json_object_object_get_ex(theirs, member->key, &value) || !json_same(member, value))
				return false;
		}
		return json_is(ours, JSON_OBJECT) && count == (size_t)json_object_object_length(theirs);
	}
	return false;
}

#endif
