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
 * Checks that each known field of `object` is null or of its kind, and that no key is a known one in other letter case:
 * Go's decoder would read that key as the field.
 */
bool field_check(const struct place *place, const struct json *object, const struct field known[], size_t count,
		 struct error *error);

/*
 * Copies the text of a string field, which has passed field_check, into `arena`; NULL if the field is absent. Refuses
 * control characters and more than `most` bytes.
 */
bool field_text(const char **out, struct arena *arena, const struct place *place, const struct json *object,
		const char *key, size_t most, struct error *error);

/* Does the same with a value of any kind, such as an item of an array. `key` is for the detail. */
bool field_value_text(const char **out, struct arena *arena, const struct place *place, const struct json *value,
		      const char *key, size_t most, struct error *error);

/* Checks that the field `annotations` holds strings only. An annotation that is null counts as absent. */
bool field_check_annotations(const struct place *place, const struct json *object, struct error *error);

#endif
