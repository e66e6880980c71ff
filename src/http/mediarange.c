/* SPDX-License-Identifier: MIT */
/* The Accept header. */
#include "berth/http/mediarange.h"

#include "list_priv.h"

enum specificity { NO_MATCH, MATCH_ANY, MATCH_TYPE, MATCH_EXACT };

/* Tells how closely a range, without its parameters, matches. */
static enum specificity match(struct span range, const char *media_type)
{
	size_t type = strcspn(media_type, "/");

	if (span_is(range, "*/*") || span_is(range, "*"))
		return MATCH_ANY;
	if (span_is_nocase(range, media_type))
		return MATCH_EXACT;
	if (range.len == type + 2 && range.ptr[type] == '/' && range.ptr[type + 1] == '*' &&
	    strncasecmp(range.ptr, media_type, type) == 0)
		return MATCH_TYPE;
	return NO_MATCH;
}

/* "0", "0.", "0.0", "0.00", "0.000" */
static bool is_zero(struct span weight)
{
	if (weight.len == 0 || weight.ptr[0] != '0')
		return false;
	for (size_t i = 1; i < weight.len; i++)
		if (weight.ptr[i] != '0' && (weight.ptr[i] != '.' || i != 1))
			return false;
	return true;
}

static bool refuses(struct span parameters)
{
	struct span element, name, value;

	while (list_next(&parameters, ';', &element)) {
		list_pair(element, &name, &value);
		if (span_is_nocase(name, "q"))
			return is_zero(value);
	}
	return false;
}

static bool decide(struct span accept, const char *media_type, enum specificity least)
{
	enum specificity best = NO_MATCH;
	bool allowed = false;
	struct span element, range;

	while (list_next(&accept, ',', &element)) {
		enum specificity how;
		bool taken;

		if (!list_next(&element, ';', &range))
			continue;
		how = match(range, media_type);
		if (how < least || how < best)
			continue;
		taken = !refuses(element);
		allowed = how > best ? taken : allowed || taken;
		best = how;
	}
	return allowed;
}

bool mediarange_allows(struct span accept, const char *media_type)
{
	return span_trim(accept).len == 0 || decide(accept, media_type, MATCH_ANY);
}

bool mediarange_names(struct span accept, const char *media_type)
{
	return decide(accept, media_type, MATCH_EXACT);
}
