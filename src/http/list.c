/* SPDX-License-Identifier: MIT */
/* Lists in header values. */
#include "list_priv.h"

/* Returns the length up to the first separator outside of quotes. */
static size_t element_length(struct span rest, char separator)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < rest.len; i++) {
		if (quoted && rest.ptr[i] == '\\')
			i++;
		else if (rest.ptr[i] == '"')
			quoted = !quoted;
		else if (!quoted && rest.ptr[i] == separator)
			break;
	}
	return i < rest.len ? i : rest.len;
}

bool list_next(struct span *rest, char separator, struct span *element)
{
	while (rest->len > 0) {
		size_t length = element_length(*rest, separator);

		*element = span_trim((struct span){rest->ptr, length});
		*rest = span_after(*rest, length + 1);
		if (element->len > 0)
			return true;
	}
	return false;
}

void list_pair(struct span element, struct span *name, struct span *value)
{
	struct span rest = element;

	if (!span_split(&rest, '=', name))
		*name = (struct span){"", 0};
	*name = span_trim(*name);
	*value = rest.ptr ? span_trim(rest) : (struct span){"", 0};
}

struct span list_unquote(struct span value)
{
	if (value.len < 2 || value.ptr[0] != '"' || value.ptr[value.len - 1] != '"')
		return value;
	return (struct span){value.ptr + 1, value.len - 2};
}
