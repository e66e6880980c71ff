/* SPDX-License-Identifier: MIT */
/* Entity tags in conditional requests. */
#include "berth/http/etag.h"

#include "list_priv.h"

bool etag_matches(struct span header, struct span tag, enum etag_comparison comparison)
{
	struct span element;

	while (list_next(&header, ',', &element)) {
		bool weak = span_starts(element, "W/");

		if (span_is(element, "*"))
			return true;
		if (weak && comparison == ETAG_STRONG)
			continue;
		if (weak)
			element = span_after(element, 2);
		if (span_equal(list_unquote(element), tag))
			return true;
	}
	return false;
}
