/* SPDX-License-Identifier: MIT */
/*
 * Values of settings that are scalars, from text and to text.
 *
 * Durations are Go's (`1h30m`, `300ms`, units ns us µs ms s m h; a bare integer is nanoseconds). Integers are decimal
 * or 0x. Booleans are YAML 1.1's, quoted or not, as drivers' parameters and GitLab write them.
 */
#ifndef BERTH_CONFIG_VALUE_PRIV_H
#define BERTH_CONFIG_VALUE_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "berth/base/arena.h"
#include "settings_priv.h"

/* The type of the row says which member is set. */
struct value {
	bool flag;
	int64_t number; /* INT, DURATION, CHOICE */
	uint64_t size;
	const char *text; /* TEXT, SECRET, WORD */
};

/*
 * Reads `text` as a value of the row's type, which is a scalar. An empty text means the default. Returns false when the row
 * does not allow the value; *why then says why, without the text of a secret.
 */
bool value_parse(struct value *out, const struct setting *row, const char *text, struct arena *arena, const char **why);

/* Returns whether two values of the row's type are the same. */
bool value_equal(const struct value *a, const struct value *b, const struct setting *row);

/* Reads a duration in nanoseconds. Returns false when `text` is none. */
bool value_duration(int64_t *out, struct span text);

/* Returns the duration as Go prints it: 168h0m0s, 1.5s, 0s. */
const char *value_duration_text(int64_t duration, struct arena *arena);

/* Returns the word at `place` of a CHOICE, counted from 0 without other spellings. */
struct span value_choice(const struct setting *row, int place);

/* Returns why a text cannot be the value of a setting, a list or a header; NULL when it can. */
const char *value_text_fault(const char *text);

/* Returns the text for a message: in quotes, at most 60 bytes, control characters replaced by "?". */
const char *value_quote(const char *text, struct arena *arena);

#endif
