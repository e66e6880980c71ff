/* SPDX-License-Identifier: MIT */
/* Objects, texts and certificate chains within the JSON of tokens and keys. */
#ifndef BERTH_AUTH_JSON_PRIV_H
#define BERTH_AUTH_JSON_PRIV_H

#include <stdbool.h>

#include "berth/base/arena.h"
#include "berth/base/json_read.h"
#include "berth/base/span.h"

/* Reads an object, which lives as long as the arena. Returns NULL if `text` is not strict JSON or no object. */
const struct json *json_read_object(struct arena *arena, struct span text);

/* How the search for a string member ended. */
enum json_text_found { JSON_TEXT_ABSENT, JSON_TEXT_FOUND, JSON_TEXT_WRONG };

/* Finds a string member without NUL bytes, borrowed from the tree. *out is "" unless JSON_TEXT_FOUND. */
enum json_text_found json_member_text(struct span *out, const struct json *object, const char *key);

/*
 * Reads the object's `x5c`, certificates in standard base64, as DER in `arena`. *count is 0 if there is no `x5c`. Returns false if
 * `x5c` is not a list of at most `most` such texts.
 */
bool json_chain(struct span *out, size_t *count, size_t most, struct arena *arena, const struct json *object);

#endif
