/* SPDX-License-Identifier: MIT */
/* PCRE2's interpreter, bounded in steps and in depth, which is memory. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "berth/base/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#define STEPS_MAX 100000 /* an honest pattern needs some hundred for a tag or a URL */
#define DEPTH_MAX 20000  /* nested choices, some 150 bytes each: a URL of 4 KiB takes one for each byte */

struct pattern {
	pcre2_code *code;
	pcre2_match_context *bounds;
	pcre2_match_data *match;
};

struct pattern *pattern_new(const char *text, char *reason, size_t size)
{
	struct pattern *pattern = calloc(1, sizeof *pattern);
	char message[120] = "";
	PCRE2_SIZE at;
	int why;

	(void)snprintf(reason, size, "out of memory");
	if (!pattern)
		return NULL;
	pattern->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_DOLLAR_ENDONLY, &why, &at, NULL);
	if (!pattern->code) {
		(void)pcre2_get_error_message(why, (PCRE2_UCHAR *)message, sizeof message);
		(void)snprintf(reason, size, "pattern %s: %s at %zu", text, message, (size_t)at);
	}
	pattern->bounds = pattern->code ? pcre2_match_context_create(NULL) : NULL;
	pattern->match = pattern->bounds ? pcre2_match_data_create(1, NULL) : NULL;
	if (pattern->match) {
		(void)pcre2_set_match_limit(pattern->bounds, STEPS_MAX);
		(void)pcre2_set_depth_limit(pattern->bounds, DEPTH_MAX);
		return pattern;
	}
	pattern_free(pattern);
	return NULL;
}

void pattern_free(struct pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_match_data_free(pattern->match);
	pcre2_match_context_free(pattern->bounds);
	pcre2_code_free(pattern->code);
	free(pattern);
}

bool pattern_any(struct pattern *const list[], size_t count, struct span text, bool undecided)
{
	for (size_t i = 0; i < count; i++) {
		const struct pattern *pattern = list[i];
		int found =
			pcre2_match(pattern->code, (PCRE2_SPTR)text.ptr, text.len, 0, 0, pattern->match, pattern->bounds);

		if (found >= 0 || (found != PCRE2_ERROR_NOMATCH && undecided))
			return true;
	}
	return false;
}
