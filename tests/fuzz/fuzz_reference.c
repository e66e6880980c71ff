/* SPDX-License-Identifier: MIT */
/* Names and tags against the specification's own regular expressions, digests against their one spelling. */
#include "fuzz.h"

#include <regex.h>

#include "berth/base/digest.h"
#include "berth/oci/mediatype.h"
#include "berth/oci/name.h"
#include "berth/oci/tag.h"

#define COMPONENT "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*"

static bool matches(regex_t *compiled, const char *expression, const char *text)
{
	if (!compiled->re_nsub && regcomp(compiled, expression, REG_EXTENDED) != 0)
		abort();
	return regexec(compiled, text, 0, NULL, 0) == 0;
}

static void check_grammars(struct span text, const char *copy)
{
	static regex_t name, tag;

	if (strlen(copy) != text.len) {
		CLAIM(!name_valid(text) && !tag_valid(text));
		return;
	}
	CLAIM(name_valid(text) == (text.len <= LIMIT_NAME && matches(&name, "^" COMPONENT "(/" COMPONENT ")*$", copy)));
	CLAIM(tag_valid(text) == matches(&tag, "^([a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})$", copy));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = fuzz_span(data, size), essence;
	char *copy = malloc(size + 1), digits[DIGEST_TEXT_MAX];
	struct digest digest;

	memcpy(copy, text.ptr, size);
	copy[size] = '\0';
	check_grammars(text, copy);
	if (digest_parse(&digest, text) == DIGEST_OK)
		CLAIM(span_is(text, digest_text(&digest, digits)));
	if (mediatype_essence(&essence, text))
		CLAIM(essence.len >= 3 && !fuzz_has_control(essence));
	free(copy);
	return 0;
}
