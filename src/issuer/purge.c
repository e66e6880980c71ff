/* SPDX-License-Identifier: MIT */
/* One statement with a memory of its own. */
#include "berth/issuer/purge.h"

#include "berth/base/limits.h"
#include "berth/meta/login.h"

bool issuer_purge(const struct issuer *issuer)
{
	struct arena arena;
	struct error error;
	bool ok;

	arena_init(&arena, LIMIT_RESPONSE);
	error_init(&error, &arena);
	ok = meta_issuer_purge(&(struct meta){issuer->db, &arena, &error, &who_system});
	arena_release(&arena);
	db_tidy(issuer->db);
	return ok;
}
