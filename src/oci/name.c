/* SPDX-License-Identifier: MIT */
/* The grammar of repository names. */
#include "berth/oci/name.h"

#include "berth/base/limits.h"

static size_t count_alnum(struct span text)
{
	size_t n = 0;

	while (n < text.len && ((text.ptr[n] >= 'a' && text.ptr[n] <= 'z') || (text.ptr[n] >= '0' && text.ptr[n] <= '9')))
		n++;
	return n;
}

/*
 * Returns the length of the separator that `text` begins with: a dot, one or two underscores, a run of dashes; 0 for
 * none.
 */
static size_t count_separator(struct span text)
{
	size_t n = 0;

	if (text.ptr[0] == '.')
		return 1;
	if (text.ptr[0] == '_')
		return text.len > 1 && text.ptr[1] == '_' ? 2 : 1;
	while (n < text.len && text.ptr[n] == '-')
		n++;
	return n;
}

static bool component_valid(struct span rest)
{
	size_t step = count_alnum(rest);

	if (step == 0)
		return false;
	rest = span_after(rest, step);
	while (rest.len > 0) {
		rest = span_after(rest, count_separator(rest));
		step = count_alnum(rest);
		if (step == 0)
			return false;
		rest = span_after(rest, step);
	}
	return true;
}

bool name_valid(struct span name)
{
	struct span component;

	if (name.len == 0 || name.len > LIMIT_NAME)
		return false;
	while (span_split(&name, '/', &component))
		if (!component_valid(component))
			return false;
	return true;
}
