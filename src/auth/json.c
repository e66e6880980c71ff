/* SPDX-License-Identifier: MIT */
/* Members of JSON objects as tokens and keys have them. */
#include "json_priv.h"

#include <string.h>

#include "berth/base/base64.h"

const struct json *json_read_object(struct arena *arena, struct span text)
{
	const struct json *value = json_read(arena, text, NULL);

	return json_is(value, JSON_OBJECT) ? value : NULL;
}

enum json_text_found json_member_text(struct span *out, const struct json *object, const char *key)
{
	struct span text = json_as_span(json_get(object, key));

	*out = (struct span){"", 0};
	if (!json_has(object, key))
		return JSON_TEXT_ABSENT;
	if (!text.ptr || memchr(text.ptr, '\0', text.len))
		return JSON_TEXT_WRONG;
	*out = text;
	return JSON_TEXT_FOUND;
}

bool json_chain(struct span *out, size_t *count, size_t most, struct arena *arena, const struct json *object)
{
	const struct json *list = json_get(object, "x5c"), *item = json_first(list);

	*count = 0;
	if (!json_has(object, "x5c"))
		return true;
	if (!json_is(list, JSON_ARRAY) || json_count(list) > most)
		return false;
	for (; item; item = item->next)
		if (!json_is(item, JSON_STRING) || !base64_decode(&out[(*count)++], arena, json_as_span(item)))
			return false;
	return true;
}
