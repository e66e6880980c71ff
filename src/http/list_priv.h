/* SPDX-License-Identifier: MIT */
/* Lists in header values (RFC 9110 section 5.6), where a separator inside a quoted string does not separate. */
#ifndef BERTH_HTTP_LIST_PRIV_H
#define BERTH_HTTP_LIST_PRIV_H

#include <stdbool.h>

#include "berth/base/span.h"

/*
 * Takes the next element, trimmed, and moves *rest behind its separator. False when the list is used up. Empty
 * elements are skipped. An unfinished quoted string runs to the end.
 */
bool list_next(struct span *rest, char separator, struct span *element);

/* Splits "name=value" at the first `=`, both sides trimmed; without one the value is empty. */
void list_pair(struct span element, struct span *name, struct span *value);

/* Without the quotes around it, if it has both. Escapes within stay: what has them passes no grammar of ours. */
struct span list_unquote(struct span value);

#endif
