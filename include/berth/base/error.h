/* SPDX-License-Identifier: MIT */
/*
 * What a request failed with: one or more codes of error_table.def, each with a detail for the client.
 *
 * Functions that can fail take a `struct error *` last and return bool, true for success; on success the error is
 * untouched, so calls chain. The first failure stays: error_set on a set error changes nothing, so that a cleanup
 * cannot mask its cause. Outcomes that a caller expects (no such tag) are codes too and never log lines; what the
 * client can do nothing about is logged where it is found, with log_error, and set here without a detail.
 */
#ifndef BERTH_BASE_ERROR_H
#define BERTH_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

#include "berth/base/arena.h"

enum error_code {
	E_NONE = 0,
#define ERR(code, status, form, message) E_##code,
#include "berth/base/error_table.def"
#undef ERR
	E_COUNT
};

struct error_item {
	enum error_code code;
	const char *detail; /* JSON text, or NULL for none */
	const char *reason; /* stands behind the message of the code; NULL for none */
};

struct error {
	struct arena *arena;
	struct error_item *items;
	size_t count;
	size_t capacity;
	unsigned retry_after; /* seconds for a Retry-After header, 0 for none */
};

/* An unset error whose details will live in `arena`. */
void error_init(struct error *error, struct arena *arena);

static inline bool error_is_set(const struct error *error)
{
	return error->count > 0;
}

/* The code of the first item; E_NONE when unset. */
enum error_code error_code(const struct error *error);

/*
 * Sets the error unless it is set already. All return false, so that a function can `return error_set(...)`.
 * error_setf takes the detail as text and makes it a JSON string; the text is the reason, too, where error_table.def
 * says REASON. error_explainf is error_setf for a code that is BARE, where a person must act on this instance of it.
 * error_set_json takes JSON as it is; there is no reason.
 */
bool error_set(struct error *error, enum error_code code);
bool error_setf(struct error *error, enum error_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool error_explainf(struct error *error, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool error_set_json(struct error *error, enum error_code code, const char *json);

/*
 * Appends an item to those set so far: one for each missing blob of a manifest, say. `reason` is the detail's text
 * when it is NULL. From the hundredth item on, messages have no reason.
 */
void error_add(struct error *error, enum error_code code, const char *detail_text, const char *reason);

/* E_UNAVAILABLE with a Retry-After: the database or the storage is away for now. */
bool error_unavailable(struct error *error, unsigned retry_after);

/* The message of one item: the code's message and, where there is one, the reason. Lives in the error's arena. */
const char *error_item_message(const struct error *error, const struct error_item *item);

/* The three faces of a code. */
const char *error_name(enum error_code code);
int error_status(enum error_code code);
const char *error_message(enum error_code code);

#endif
