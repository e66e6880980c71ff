/* SPDX-License-Identifier: MIT */
/* Lists in header values (RFC 9110 section 5.6), where a separator inside a quoted string does not separate. */
#ifndef BERTH_HTTP_LIST_PRIV_H
#define BERTH_HTTP_LIST_PRIV_H

#include <stdbool.h>

#include "berth/base/span.h"

/*
 * Takes the next element, trimmed, and moves *rest behind its separator. Skips empty elements. An unfinished quoted
 * string runs to the end. Returns false if the list is used up.
 */
bool list_next(struct span *rest, char separator, struct span *element);

/* Splits "name=value" at the first `=`, and trims both sides. Without a `=` the value is empty. */
void list_pair(struct span element, struct span *name, struct span *value);

/*
 * Returns the value without the quotes around it, if it has both. Escapes within stay: none of our grammars takes a
 * backslash.
 */
struct span list_unquote(struct span value);

#endif
