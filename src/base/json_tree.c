/* SPDX-License-Identifier: MIT */
/* From text to json-c's objects. The text holds: only what tells values apart is looked at. */
#include "berth/base/json_tree.h"

#include <stdlib.h>
#include <string.h>

#include "berth/base/json_scan.h"

#define NUMBER_MAX 64 /* the longest that takes no memory */

struct reader {
	struct arena *arena;
	const char *at;
	const char *end;
};

static void put(void *holder)
{
	json_object_put(*(struct json_object **)holder);
}

/* The next byte that is no white space; what parts values is passed over with it. */
static char next(struct reader *reader)
{
	while (reader->at < reader->end && memchr(" \t\n\r,:", *reader->at, 6))
		reader->at++;
	return *reader->at;
}

/* The string at the reader, without its escapes. */
static struct span read_string(struct reader *reader)
{
	struct span raw = {++reader->at, 0};

	for (; *reader->at != '"'; reader->at++)
		if (*reader->at == '\\')
			reader->at++;
	raw.len = (size_t)(reader->at++ - raw.ptr);
	return json_unescape(reader->arena, raw);
}

static struct json_object *new_string(struct reader *reader)
{
	struct span text = read_string(reader);

	return json_object_new_string_len(text.ptr, (int)text.len);
}

/* A copy, as the text may end with the number. */
static const char *read_number(struct reader *reader, char room[static NUMBER_MAX])
{
	struct span text = {reader->at, 0};

	while (reader->at < reader->end && memchr("+-.0123456789eE", *reader->at, 15))
		reader->at++;
	text.len = (size_t)(reader->at - text.ptr);
	if (text.len >= NUMBER_MAX)
		return arena_span(reader->arena, text);
	memcpy(room, text.ptr, text.len);
	room[text.len] = '\0';
	return room;
}

static struct json_object *new_number(struct reader *reader)
{
	char room[NUMBER_MAX];
	const char *text = read_number(reader, room);

	return strpbrk(text, ".eE") ? json_object_new_double(strtod(text, NULL))
				    : json_object_new_int64(strtoll(text, NULL, 10));
}

/* The value at the reader: a scalar, or an object or array that is yet empty. */
static struct json_object *begin(struct reader *reader)
{
	struct json_object *made;
	char c = next(reader);

	switch (c) {
	case 'n': reader->at += strlen("null"); return NULL;
	case 't':
		reader->at += strlen("true");
		made = json_object_new_boolean(1);
		break;
	case 'f':
		reader->at += strlen("false");
		made = json_object_new_boolean(0);
		break;
	case '{':
		reader->at++;
		made = json_object_new_object();
		break;
	case '[':
		reader->at++;
		made = json_object_new_array();
		break;
	case '"': made = new_string(reader); break;
	default: made = new_number(reader);
	}
	if (!made)
		arena_exhaust(reader->arena);
	return made;
}

/* The scan has seen that no key comes twice; it lives in the arena, as long as the tree. */
#define KEY (JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_KEY_IS_CONSTANT)

/* A child belongs to its parent before it has children itself, so that nothing hangs in the air if memory runs out. */
static void fill(struct reader *reader, struct json_object *parent)
{
	bool object = json_object_is_type(parent, json_type_object);

	while (next(reader) != (object ? '}' : ']')) {
		const char *key = object ? read_string(reader).ptr : NULL;
		struct json_object *child = begin(reader);
		int failed = object ? json_object_object_add_ex(parent, key, child, KEY)
				    : json_object_array_add(parent, child);

		if (failed) {
			json_object_put(child);
			arena_exhaust(reader->arena);
		}
		if (json_object_is_type(child, json_type_object) || json_object_is_type(child, json_type_array))
			fill(reader, child);
	}
	reader->at++;
}

struct json_object *json_tree(struct arena *arena, struct span text)
{
	struct reader reader = {arena, text.ptr, text.ptr + text.len};
	struct json_object **root = arena_alloc(arena, sizeof *root);

	arena_defer(arena, put, root);
	*root = begin(&reader);
	if (json_object_is_type(*root, json_type_object) || json_object_is_type(*root, json_type_array))
		fill(&reader, *root);
	return *root;
}
