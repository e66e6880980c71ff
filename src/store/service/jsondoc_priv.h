/* SPDX-License-Identifier: MIT */
/*
 * Answers of token and metadata services: small JSON documents, read strictly (base/json_scan.h).
 *
 *     const struct jsondoc *root = jsondoc_parse(exchange.answer, arena);
 *     const char *key = jsondoc_text(root, "AccessKeyId");
 *
 * Whatever is missing or of another type is NULL or the fallback, so that look-ups nest without tests in between.
 */
#ifndef BERTH_STORE_JSONDOC_PRIV_H
#define BERTH_STORE_JSONDOC_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "berth/base/span.h"

struct jsondoc; /* a value; lives as long as the arena */

#define JSONDOC_BYTES_MAX ((size_t)1 << 20)

/* NULL when the text is not one JSON value, or is larger than JSONDOC_BYTES_MAX. */
const struct jsondoc *jsondoc_parse(struct span text, struct arena *arena);

/* The member `key` of an object. */
const struct jsondoc *jsondoc_get(const struct jsondoc *object, const char *key);

/* Its text, borrowed. */
const char *jsondoc_text(const struct jsondoc *object, const char *key);

/* The text that `value` itself is. */
const char *jsondoc_string(const struct jsondoc *value);

/* Its whole number. */
int64_t jsondoc_number(const struct jsondoc *object, const char *key, int64_t fallback);

/* Its size, written as a number in quotes. False: there is none. */
bool jsondoc_size(const struct jsondoc *object, const char *key, uint64_t *out);

/* Length and items of an array. */
size_t jsondoc_count(const struct jsondoc *array);
const struct jsondoc *jsondoc_item(const struct jsondoc *array, size_t at);

#endif
