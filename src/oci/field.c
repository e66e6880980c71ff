/* SPDX-License-Identifier: MIT */
/* The known fields of a JSON object. */
#include "field_priv.h"

#include <string.h>

#include "berth/base/span.h"

bool field_refuse(struct error *error, const struct place *place, const char *key, const char *why)
{
	const char *dot = place->name[0] && key[0] ? "." : "";

	if (place->indexed)
		return error_setf(error, E_MANIFEST_INVALID, "%s[%zu]%s%s: %s", place->name, place->index, dot, key, why);
	return error_setf(error, E_MANIFEST_INVALID, "%s%s%s: %s", place->name, dot, key, why);
}

/*
 * Takes the character at *at as Go's strings.EqualFold does, and returns its lower case. Two characters beyond ASCII fold
 * to an ASCII letter: U+017F to s, and U+212A to k, which is in none of our keys.
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

static bool check_member(const struct place *place, const struct json *member, const struct field *known,
			 struct error *error)
{
	if (strcmp(member->key, known->key) != 0)
		return !same_folded(member->key, known->key) ||
		       field_refuse(error, place, known->key, "spelt in other letter case");
	return json_is(member, JSON_NULL) || json_is(member, known->kind) ||
	       field_refuse(error, place, known->key, "wrong JSON type");
}

bool field_check(const struct place *place, const struct json *object, const struct field known[], size_t count,
		 struct error *error)
{
	for (const struct json *member = json_first(object); member; member = member->next)
		for (size_t i = 0; i < count; i++)
			if (!check_member(place, member, &known[i], error))
				return false;
	return true;
}

bool field_value_text(const char **out, struct arena *arena, const struct place *place, const struct json *value,
		      const char *key, size_t most, struct error *error)
{
	struct span text = json_as_span(value);

	if (!text.ptr)
		return field_refuse(error, place, key, "wrong JSON type");
	if (text.len > most)
		return field_refuse(error, place, key, "too long");
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
			return field_refuse(error, place, key, "control character");
	*out = arena_span(arena, text);
	return true;
}

bool field_text(const char **out, struct arena *arena, const struct place *place, const struct json *object,
		const char *key, size_t most, struct error *error)
{
	const struct json *value = json_get(object, key);

	*out = NULL;
	return !value || field_value_text(out, arena, place, value, key, most, error);
}

bool field_check_annotations(const struct place *place, const struct json *object, struct error *error)
{
	const struct json *value = json_first(json_get(object, "annotations"));

	for (; value; value = value->next)
		if (!json_is(value, JSON_NULL) && !json_is(value, JSON_STRING))
			return field_refuse(error, place, "annotations", "a value is not a string");
	return true;
}
