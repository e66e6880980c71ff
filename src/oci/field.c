/* SPDX-License-Identifier: MIT */
/* The known fields of a JSON object. */
#include "field_priv.h"

#include <string.h>

#include <json_object_iterator.h>

#include "berth/base/span.h"

bool field_refuse(struct error *error, const struct place *place, const char *key, const char *why)
{
	const char *dot = place->name[0] && key[0] ? "." : "";

	if (place->indexed)
		return error_setf(error, E_MANIFEST_INVALID, "%s[%zu]%s%s: %s", place->name, place->index, dot, key, why);
	return error_setf(error, E_MANIFEST_INVALID, "%s%s%s: %s", place->name, dot, key, why);
}

/*
 * The letter that Go's strings.EqualFold takes the character at *at for, among those that fold to ASCII. The other
 * one, U+212A for k, is in none of our keys.
 */
static char fold(const char **at)
{
	static const char long_s[] = "\xc5\xbf";
	char c = **at;

	if (strncmp(*at, long_s, strlen(long_s)) == 0) {
		*at += strlen(long_s);
		return 's';
	}
	*at += 1;
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_folded(const char *a, const char *b)
{
	while (*a && *b)
		if (fold(&a) != fold(&b))
			return false;
	return *a == *b;
}

static bool check_member(struct error *error, const struct place *place, const char *key, struct json_object *value,
			 const struct field *known)
{
	if (strcmp(key, known->key) != 0)
		return !same_folded(key, known->key) ||
		       field_refuse(error, place, known->key, "spelt in other letter case");
	return !value || json_object_get_type(value) == known->type || field_refuse(error, place, key, "wrong JSON type");
}

bool field_check(struct error *error, const struct place *place, struct json_object *object, const struct field known[],
		 size_t count)
{
	struct json_object_iterator at = json_object_iter_begin(object), end = json_object_iter_end(object);

	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		const char *key = json_object_iter_peek_name(&at);
		struct json_object *value = json_object_iter_peek_value(&at);

		for (size_t i = 0; i < count; i++)
			if (!check_member(error, place, key, value, &known[i]))
				return false;
	}
	return true;
}

struct json_object *field_get(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_object_get_ex(object, key, &value) ? value : NULL;
}

bool field_value_text(const char **out, struct arena *arena, struct error *error, const struct place *place,
		      struct json_object *value, const char *key, size_t most)
{
	struct span text;

	if (json_object_get_type(value) != json_type_string)
		return field_refuse(error, place, key, "wrong JSON type");
	text = (struct span){json_object_get_string(value), (size_t)json_object_get_string_len(value)};
	if (text.len > most)
		return field_refuse(error, place, key, "too long");
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return field_refuse(error, place, key, "control character");
	*out = arena_span(arena, text);
	return true;
}

bool field_text(const char **out, struct arena *arena, struct error *error, const struct place *place,
		struct json_object *object, const char *key, size_t most)
{
	struct json_object *value = field_get(object, key);

	*out = NULL;
	return !value || field_value_text(out, arena, error, place, value, key, most);
}

bool field_check_annotations(struct error *error, const struct place *place, struct json_object *object)
{
	struct json_object *annotations = field_get(object, "annotations");
	struct json_object_iterator at, end;

	if (!annotations)
		return true;
	at = json_object_iter_begin(annotations);
	end = json_object_iter_end(annotations);
	for (; !json_object_iter_equal(&at, &end); json_object_iter_next(&at)) {
		struct json_object *value = json_object_iter_peek_value(&at);

		if (value && json_object_get_type(value) != json_type_string)
			return field_refuse(error, place, "annotations", "a value is not a string");
	}
	return true;
}
