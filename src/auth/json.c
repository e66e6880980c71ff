/* SPDX-License-Identifier: MIT */
/* Reading JSON objects strictly. */
#include "json_priv.h"

#include <string.h>

#include "berth/base/base64.h"
#include "berth/base/json_scan.h"
#include "berth/base/json_tree.h"
#include "berth/base/limits.h"

struct json_object *json_read_object(struct arena *arena, struct span text)
{
	struct json_scan scan;
	struct json_object *object;

	if (text.len > LIMIT_KEY_FILE || !json_scan(&scan, arena, text))
		return NULL;
	object = json_tree(arena, text);
	return json_object_get_type(object) == json_type_object ? object : NULL;
}

struct json_object *json_member(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

enum json_text_found json_member_text(struct span *out, struct json_object *object, const char *key)
{
	struct json_object *value = json_member(object, key);

	*out = (struct span){"", 0};
	if (!json_object_object_get_ex(object, key, NULL))
		return JSON_TEXT_ABSENT;
	if (json_object_get_type(value) != json_type_string)
		return JSON_TEXT_WRONG;
	*out = (struct span){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
	return memchr(out->ptr, '\0', out->len) ? JSON_TEXT_WRONG : JSON_TEXT_FOUND;
}

bool json_chain(struct span *out, size_t *count, size_t most, struct arena *arena, struct json_object *object)
{
	struct json_object *list;

	*count = 0;
	if (!json_object_object_get_ex(object, "x5c", &list))
		return true;
	if (json_object_get_type(list) != json_type_array || json_object_array_length(list) > most)
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *item = json_object_array_get_idx(list, i);

		if (json_object_get_type(item) != json_type_string ||
		    !base64_decode(&out[(*count)++], arena,
				   (struct span){json_object_get_string(item), (size_t)json_object_get_string_len(item)}))
			return false;
	}
	return true;
}
