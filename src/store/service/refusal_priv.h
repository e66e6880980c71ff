/* SPDX-License-Identifier: MIT */
/* What a service's refusals mean: for the client, and for the operator who reads the log. */
#ifndef BERTH_STORE_SERVICE_REFUSAL_PRIV_H
#define BERTH_STORE_SERVICE_REFUSAL_PRIV_H

#include <stddef.h>

#include "berth/base/error.h"

/* A row of a service's table. */
struct refusal {
	int status;       /* 0: any */
	const char *code; /* the service's own; "": any; NULL: an answer without a code */
	enum error_code error;
	const char *advice; /* what the operator can do about it */
};

struct refusal_table {
	const struct refusal *rows;
	size_t count;
};

#define REFUSAL_TABLE(array)                         \
	{                                            \
		array, sizeof(array) / sizeof *array \
	}

/* The first row that fits; where none does, a row for the class of the status. Never NULL. */
const struct refusal *refusal_find(const struct refusal_table *table, int status, const char *code)
	__attribute__((returns_nonnull));

/* Sets the error to the row's; E_UNAVAILABLE comes with a Retry-After. Returns false. */
bool refusal_set(const struct refusal *refusal, struct error *error);

#endif
