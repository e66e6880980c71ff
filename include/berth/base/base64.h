/* SPDX-License-Identifier: MIT */
/*
 * Base64 (RFC 4648): the standard alphabet with padding (section 4) and the URL-safe one without (section 5, as
 * JOSE uses it). Decoding takes exactly what encoding makes: no blanks, no missing or extra padding, no stray bits, so
 * that bytes have one spelling only.
 */
#ifndef BERTH_BASE_BASE64_H
#define BERTH_BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* Return the text, in `arena`. */
char *base64_encode(struct arena *arena, const void *bytes, size_t len) __attribute__((returns_nonnull));
char *base64url_encode(struct arena *arena, const void *bytes, size_t len) __attribute__((returns_nonnull));

/* Decode into `arena`, with a NUL behind the bytes. Return false for a text that encoding does not make. */
bool base64_decode(struct span *out, struct arena *arena, struct span text);
bool base64url_decode(struct span *out, struct arena *arena, struct span text);

#endif
