/* SPDX-License-Identifier: MIT */
/* Percent-encoding (RFC 3986 section 2.1), with upper-case digits, as canonical requests want them. */
#ifndef BERTH_BASE_PERCENT_H
#define BERTH_BASE_PERCENT_H

#include "berth/base/arena.h"
#include "berth/base/span.h"
#include "berth/base/strbuf.h"

/*
 * Returns `bytes` in `arena` with every byte as %XX but the unreserved ones (letters, digits, "-._~") and those of
 * `keep`: "/" for the path of a key, "" for a name or value of a query.
 */
char *percent_encode(struct arena *arena, struct span bytes, const char *keep) __attribute__((returns_nonnull));

/* Appends the same to a buffer. */
void percent_add(struct strbuf *out, struct span bytes, const char *keep);

/* Returns the byte that the %XX at the beginning of `text` stands for; -1 if `text` does not begin with one. */
int percent_byte(struct span text);

/* Returns `text` in `arena` with the byte in place of each %XX. A percent sign that begins none stays. */
char *percent_decode(struct arena *arena, struct span text) __attribute__((returns_nonnull));

#endif
