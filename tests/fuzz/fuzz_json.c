/* SPDX-License-Identifier: MIT */
/*
 * The JSON scan: what it passes, json-c reads whole and we as json-c does, and what json-c writes of it passes again.
 * Where characters are given by number we do not ask json-c: it takes U+1D800 and its like for half a surrogate pair.
 */
#include "fuzz.h"

#include <json_object.h>
#include <json_tokener.h>

#include "berth/base/json_scan.h"
#include "berth/base/json_tree.h"

/* With the NUL behind the text: a number at the top has no other end. */
static struct json_object *parse(struct span text, size_t *end)
{
	struct json_tokener *tokener = json_tokener_new_ex(LIMIT_JSON_DEPTH + 1);
	char *copy = malloc(text.len + 1);
	struct json_object *root;

	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, copy, (int)text.len + 1);
	CLAIM(json_tokener_get_error(tokener) == json_tokener_success);
	*end = json_tokener_get_parse_end(tokener);
	json_tokener_free(tokener);
	free(copy);
	return root;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct json_scan scan, again;
	struct arena arena;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	if (json_scan(&scan, &arena, text)) {
		size_t end;
		struct json_object *root = parse(text, &end);
		const char *written = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);

		CLAIM(scan.reason == NULL && end >= span_trim(text).len && end <= size + 1);
		CLAIM(json_object_equal(root, json_tree(&arena, text)) || memmem(text.ptr, text.len, "\\u", 2));
		CLAIM(json_scan(&again, &arena, span_of(written)));
		CLAIM(again.objects == scan.objects && again.arrays == scan.arrays && again.members == scan.members &&
		      again.scalars == scan.scalars);
		json_object_put(root);
	} else {
		CLAIM(scan.reason != NULL && scan.offset <= size);
	}
	arena_release(&arena);
	return 0;
}
