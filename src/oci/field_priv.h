/* SPDX-License-Identifier: MIT */
/* The known fields of a JSON object: their spelling, their types, their text. */
#ifndef BERTH_OCI_FIELD_PRIV_H
#define BERTH_OCI_FIELD_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"
#include "berth/base/error.h"
#include "berth/base/json_read.h"

/* Where an object stands in the document, for the detail of an error: "layers[3]", "config", "" for the whole. */
struct place {
	const char *name;
	size_t index;
	bool indexed;
};

struct field {
	const char *key;
	enum json_kind kind;
};

/* Sets E_MANIFEST_INVALID with the detail "place.key: why"; returns false. */
bool field_refuse(struct error *error, const struct place *place, const char *key, const char *why);

/*
 * Each known field of `object` is null or of its type, and no key is a known one in other letter case: Go's decoder
 * would read that as the field.
 */
bool field_check(struct error *error, const struct place *place, const struct json *object, const struct field known[],
		 size_t count);

/*
 * A copy of the text of a string field, NULL when absent. Refused: control characters, more than `most` bytes.
 * The field must have passed field_check as JSON_STRING.
 */
bool field_text(const char **out, struct arena *arena, struct error *error, const struct place *place,
		const struct json *object, const char *key, size_t most);

/* The same of a value in hand, such as an array's element, which may be of any type. `key` is for the detail. */
bool field_value_text(const char **out, struct arena *arena, struct error *error, const struct place *place,
		      const struct json *value, const char *key, size_t most);

/* An `annotations` field holds strings only; an annotation that is null counts as absent. */
bool field_check_annotations(struct error *error, const struct place *place, const struct json *object);

#endif
