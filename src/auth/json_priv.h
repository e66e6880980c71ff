/* SPDX-License-Identifier: MIT */
/* JSON objects of tokens and keys: scanned by our own rules first, then json-c's tree. */
#ifndef BERTH_AUTH_JSON_PRIV_H
#define BERTH_AUTH_JSON_PRIV_H

#include <stdbool.h>

#include <json_object.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

/* The object that `text` is, living as long as the arena; NULL when it is not strict JSON (base/json_scan.h) or none. */
struct json_object *json_read_object(struct arena *arena, struct span text);

/* The member, or NULL when absent or null. */
struct json_object *json_member(struct json_object *object, const char *key);

/* What a string member holds. */
enum json_text_found { JSON_TEXT_ABSENT, JSON_TEXT_FOUND, JSON_TEXT_WRONG };

/* A string member without NUL bytes, borrowed from the tree; "" unless found. */
enum json_text_found json_member_text(struct span *out, struct json_object *object, const char *key);

/*
 * The object's `x5c`: certificates in standard base64, as DER in `arena`; *count is 0 when it has none. False when it
 * is anything but a list of at most `most` of them.
 */
bool json_chain(struct span *out, size_t *count, size_t most, struct arena *arena, struct json_object *object);

#endif
