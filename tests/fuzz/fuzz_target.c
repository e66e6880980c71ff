/* SPDX-License-Identifier: MIT */
/* The request target: what is accepted has one spelling. */
#include "fuzz.h"

#include "berth/base/error.h"
#include "berth/http/target.h"

static void check_path(const struct target *target)
{
	size_t at = 0;

	CLAIM(!fuzz_has_control(target->path));
	for (size_t i = 0; i < target->segment_count; i++) {
		struct span segment = target->segments[i];

		CLAIM(segment.len > 0 && !memchr(segment.ptr, '/', segment.len));
		CLAIM(!span_is(segment, ".") && !span_is(segment, ".."));
		CLAIM(target->path.ptr[at] == '/' && memcmp(target->path.ptr + at + 1, segment.ptr, segment.len) == 0);
		at += 1 + segment.len;
	}
	CLAIM(target->path.len == at + (target->trailing_slash || target->segment_count == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct target target;
	struct arena arena;
	struct error error;

	arena_init(&arena, LIMIT_REQUEST_MEMORY);
	error_init(&error, &arena);
	if (target_parse(&target, &arena, fuzz_span(data, size), &error)) {
		CLAIM(!error_is_set(&error));
		check_path(&target);
		for (size_t i = 0; i < target.param_count; i++) {
			CLAIM(!fuzz_has_control(target.params[i].key) && !fuzz_has_control(target.params[i].value));
			CLAIM(target_first(&target, target.params[i].key.ptr) != NULL);
		}
	} else {
		CLAIM(error_code(&error) == (size > LIMIT_URI ? E_URI_TOO_LONG : E_URI_INVALID));
	}
	arena_release(&arena);
	return 0;
}
