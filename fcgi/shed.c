/* SPDX-License-Identifier: MIT */
/* The rank of a slow peer among all slow ones of the pool. */
#include "berth/fcgi/shed.h"

static int64_t debt_of(const struct prefork_slot *slot)
{
	return atomic_load(&slot->pid) ? atomic_load(&slot->debt_ms) : 0;
}

bool shed_due(const struct prefork_slot *slots, size_t count, size_t self, unsigned share)
{
	int64_t own = debt_of(&slots[self]);
	unsigned slow = 0, slower = 0;

	if (own <= SHED_DEBT_MS)
		return false;
	for (size_t i = 0; i < count; i++) {
		int64_t debt = debt_of(&slots[i]);

		slow += debt > SHED_DEBT_MS;
		slower += debt > own || (debt == own && i < self);
	}
	return slow > share && slower < slow - share;
}
