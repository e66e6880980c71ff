/* SPDX-License-Identifier: MIT */
/*
 * A string that must not reach a log, an error or a printed configuration.
 *
 * The type is opaque to printf on purpose: the only way to the text is secret_reveal, whose few callers (a
 * connection string, a signature) are easy to find and to review.
 */
#ifndef BERTH_BASE_SECRET_H
#define BERTH_BASE_SECRET_H

#include <stdbool.h>

#include "berth/base/arena.h"

struct secret {
	const char *hidden; /* NULL when unset */
};

/* Copies `text` into `arena`; the copy is wiped when the arena is cleared. NULL gives an unset secret. */
struct secret secret_new(struct arena *arena, const char *text);

/* Returns whether there is a text that is not empty. */
static inline bool secret_is_set(struct secret secret)
{
	return secret.hidden != NULL && secret.hidden[0] != '\0';
}

/* Returns the text, borrowed; "" if the secret is unset. */
static inline const char *secret_reveal(struct secret secret)
{
	return secret.hidden ? secret.hidden : "";
}

/* Returns what may be printed instead of the text: "***", or "" if the secret is unset. */
static inline const char *secret_mask(struct secret secret)
{
	return secret_is_set(secret) ? "***" : "";
}

#endif
