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

/* A copy of `text` in `arena`, wiped when the arena is cleared. NULL gives an unset secret. */
struct secret secret_new(struct arena *arena, const char *text);

static inline bool secret_is_set(struct secret secret)
{
	return secret.hidden != NULL && secret.hidden[0] != '\0';
}

/* The text itself, or "" when unset. */
static inline const char *secret_reveal(struct secret secret)
{
	return secret.hidden ? secret.hidden : "";
}

/* What may be printed instead: "***", or "" when unset. */
static inline const char *secret_mask(struct secret secret)
{
	return secret_is_set(secret) ? "***" : "";
}

#endif
