/* SPDX-License-Identifier: MIT */
/*
 * The reader of JSON: json-c reads the same of what ours takes, and what json-c writes of it is taken again.
 * Where characters are given by number we do not ask json-c: it takes U+1D800 and its like for half a surrogate pair.
 */
#include "fuzz.h"

#include "../lib/json_same.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size);
	struct json_fault fault = {NULL, 0};
	const struct json *ours;
	struct arena arena;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	ours = json_read(&arena, text, &fault);
	if (ours) {
		enum json_tokener_error error;
		size_t end;
		struct json_object *theirs =
			json_c_read(text, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8, &error, &end);
		bool by_number = memmem(text.ptr, text.len, "\\u", 2) != NULL;

		CLAIM(error == json_tokener_success && end >= span_trim(text).len && end <= size + 1);
		CLAIM(by_number || json_same(ours, theirs));
		ours = json_read(&arena, span_of(json_object_to_json_string_ext(theirs, JSON_C_TO_STRING_PLAIN)), NULL);
		CLAIM(ours && (by_number || json_same(ours, theirs)));
		json_object_put(theirs);
	} else {
		CLAIM(fault.reason != NULL && fault.offset <= size);
	}
	arena_release(&arena);
	return 0;
}
