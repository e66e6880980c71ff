/* SPDX-License-Identifier: MIT */
/* What a locator does with a question that it does not answer itself. */
#include "locator_priv.h"

bool locator_ask_next(const struct locator *self, const struct locator_query *query, struct store_location *out,
		      struct arena *arena, struct error *error)
{
	if (self->next)
		return self->next->ops->find(self->next, query, out, arena, error);
	return store_locate(query->store, query->digest, query->client, out, arena, error);
}
