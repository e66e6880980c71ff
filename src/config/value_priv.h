/* SPDX-License-Identifier: MIT */
/*
 * The scalars of settings: text to value, value to text.
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

/* Of which the row's type says which holds. */
struct value {
	bool flag;
	int64_t number; /* INT, DURATION, CHOICE */
	uint64_t size;
	const char *text; /* TEXT, SECRET, WORD */
};

/*
 * `text` as a value of the row's (scalar) type, within what the row allows. On false *why says what is wrong, without
 * a secret's text. An empty text means the default.
 */
bool value_parse(struct value *out, const struct setting *row, const char *text, struct arena *arena, const char **why);

/* Both are values of the row's type. */
bool value_equal(const struct value *a, const struct value *b, const struct setting *row);

bool value_duration(int64_t *out, struct span text);

/* As Go prints one: 168h0m0s, 1.5s, 0s. */
const char *value_duration_text(int64_t duration, struct arena *arena);

/* The word at `place` of a CHOICE. */
struct span value_choice(const struct setting *row, int place);

/* Why a text cannot be one of a setting, a list or a header; NULL when it can. */
const char *value_text_fault(const char *text);

/* A text fit for a message: in quotes, cut, control characters replaced. */
const char *value_quote(const char *text, struct arena *arena);

#endif
