/* SPDX-License-Identifier: MIT */
/* Finding the row for a refusal. */
#include "refusal_priv.h"

#include <string.h>

#define RETRY_AFTER 5 /* seconds, for the client */

static bool code_fits(const char *wanted, const char *code)
{
	return wanted ? !wanted[0] || strcmp(wanted, code) == 0 : !code[0];
}

static const struct refusal *refusal_among(const struct refusal_table *table, int status, const char *code)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct refusal *row = &table->rows[i];

		if ((!row->status || row->status == status) && code_fits(row->code, code))
			return row;
	}
	return NULL;
}

const struct refusal *refusal_find(const struct refusal_table *table, int status, const char *code)
{
	static const struct refusal busy = {0, "", E_UNAVAILABLE, "the service is busy or broken: see its own log"},
				    odd = {0, "", E_UNAVAILABLE, "the answer is not what was asked for"},
				    other = {0, "", E_UNKNOWN, "see the service's own log"};
	static const struct refusal rows[] = {
		{408, "", E_UNAVAILABLE, "the service waited too long for the request"},
		{429, "", E_UNAVAILABLE, "too many requests"},
		{507, "", E_STORAGE_FULL, "the service is full"},
	};
	static const struct refusal_table common = REFUSAL_TABLE(rows);
	const struct refusal *row = refusal_among(table, status, code);

	if (!row)
		row = refusal_among(&common, status, code);
	if (row)
		return row;
	return status / 100 == 5 ? &busy : status / 100 == 2 ? &odd : &other;
}

bool refusal_set(const struct refusal *refusal, struct error *error)
{
	return refusal->error == E_UNAVAILABLE ? error_unavailable(error, RETRY_AFTER) : error_set(error, refusal->error);
}
