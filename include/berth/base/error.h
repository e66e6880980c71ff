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

#define ERROR_HEADERS_MAX 6

/* A header of the response that the error becomes. */
struct error_header {
	const char *name;
	const char *value;
};

struct error {
	struct arena *arena;
	struct error_item *items;
	size_t count;
	size_t capacity;
	struct error_header headers[ERROR_HEADERS_MAX];
	size_t header_count;
};

/* Makes an unset error, whose details will live in `arena`. */
void error_init(struct error *error, struct arena *arena);

/* Returns whether there is a code. */
static inline bool error_is_set(const struct error *error)
{
	return error->count > 0;
}

/* Returns the code of the first item; E_NONE if the error is unset. */
enum error_code error_code(const struct error *error);

/*
 * Set the error unless it is set already. They return false, so that a function can `return error_set(...)`.
 *   - error_set has no detail.
 *   - error_setf makes a JSON string of the detail. For a REASON code (error_table.def) the text is the reason, too.
 *   - error_explainf does that for a BARE code also, where a person must act on this instance of the error.
 *   - error_set_json takes the detail as JSON, and has no reason.
 */
bool error_set(struct error *error, enum error_code code);
bool error_setf(struct error *error, enum error_code code, const char *format, ...) __attribute__((format(printf, 3, 4)));
bool error_explainf(struct error *error, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool error_set_json(struct error *error, enum error_code code, const char *json);

/*
 * Appends an item, such as one for each missing blob of a manifest. `detail_text` becomes a JSON string. If `reason` is
 * NULL, the detail is the reason. From the hundredth item on, messages have no reason.
 */
void error_add(struct error *error, enum error_code code, const char *detail_text, const char *reason);

/*
 * Gives the response a header: Retry-After, Allow, WWW-Authenticate. To be called right after the error was set. A header of
 * that name stays if there is one, as the first failure stays. `name` is a constant; `value` is copied. Whether the value may
 * stand in a header is checked by the one writer of headers (berth/http/respond.h). Returns false, as error_set does.
 */
bool error_header(struct error *error, const char *name, const char *value);

/* Returns the value of a header of the error; NULL when it has none of that name. */
const char *error_header_value(const struct error *error, const char *name);

/* Sets E_TOOMANYREQUESTS, or E_UNAVAILABLE, with a Retry-After of so many seconds; 0: without one. Both return false. */
bool error_busy(struct error *error, unsigned retry_after, const char *reason);
bool error_unavailable(struct error *error, unsigned retry_after);

/* Sets the error to a copy of `other`, with its headers. Returns false. */
bool error_copy(struct error *error, const struct error *other);

/* Returns the message of an item: the message of its code and, if there is one, the reason. In the error's arena. */
const char *error_item_message(const struct error *error, const struct error_item *item);

/* Return the name of a code without E_, its HTTP status, its message. */
const char *error_name(enum error_code code);
int error_status(enum error_code code);
const char *error_message(enum error_code code);

#endif
