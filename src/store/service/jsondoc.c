/* SPDX-License-Identifier: MIT */
/* Small JSON documents, by json-c behind the strict scan. */
#include "jsondoc_priv.h"

#include <json_object.h>

#include "berth/base/json_scan.h"
#include "berth/base/json_tree.h"

/* json-c takes no const, but only reads here. */
static json_object *object_of(const struct jsondoc *value)
{
	return (json_object *)(uintptr_t)value;
}

static const struct jsondoc *value_of(const json_object *object)
{
	return (const struct jsondoc *)object;
}

const struct jsondoc *jsondoc_parse(struct span text, struct arena *arena)
{
	struct json_scan scan;

	if (text.len > JSONDOC_BYTES_MAX || !json_scan(&scan, arena, text))
		return NULL;
	return value_of(json_tree(arena, text));
}

const struct jsondoc *jsondoc_get(const struct jsondoc *object, const char *key)
{
	json_object *value = NULL;

	if (!json_object_is_type(object_of(object), json_type_object))
		return NULL;
	(void)json_object_object_get_ex(object_of(object), key, &value);
	return value_of(value);
}

const char *jsondoc_string(const struct jsondoc *value)
{
	return json_object_is_type(object_of(value), json_type_string) ? json_object_get_string(object_of(value)) : NULL;
}

const char *jsondoc_text(const struct jsondoc *object, const char *key)
{
	return jsondoc_string(jsondoc_get(object, key));
}

int64_t jsondoc_number(const struct jsondoc *object, const char *key, int64_t fallback)
{
	json_object *value = object_of(jsondoc_get(object, key));

	return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : fallback;
}

bool jsondoc_size(const struct jsondoc *object, const char *key, uint64_t *out)
{
	const char *text = jsondoc_text(object, key);

	return text && span_to_u64(span_of(text), out);
}

size_t jsondoc_count(const struct jsondoc *array)
{
	return json_object_is_type(object_of(array), json_type_array) ? json_object_array_length(object_of(array)) : 0;
}

const struct jsondoc *jsondoc_item(const struct jsondoc *array, size_t at)
{
	return at < jsondoc_count(array) ? value_of(json_object_array_get_idx(object_of(array), at)) : NULL;
}
