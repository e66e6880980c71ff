/* SPDX-License-Identifier: MIT */
/* What every function of the meta floor needs: the connection, memory for results, and where failures go. */
#ifndef BERTH_META_META_H
#define BERTH_META_META_H

#include "berth/base/arena.h"
#include "berth/base/digest.h"
#include "berth/base/error.h"
#include "berth/db/db.h"

struct meta {
	struct db *db;
	struct arena *arena;
	struct error *error;
};

/* A digest as a parameter; its bytes live in the arena. */
struct db_value meta_digest(const struct meta *meta, const struct digest *digest);

/* Many digests as one bytea[] parameter. */
struct db_value meta_digests(const struct meta *meta, const struct digest *digests, size_t count);

/* A digest column. False, with the error set, for a value that is none: the CHECKs of the schema forbid it. */
bool meta_column_digest(const struct meta *meta, const struct db_rows *rows, int row, int column, struct digest *out);

/*
 * True for DB_OK. DB_BUSY becomes 429, an unforeseen DB_CONSTRAINT a transaction's retry: what a statement relied on
 * went away under it. Callers that expect a constraint look at the outcome before.
 */
bool meta_ok(const struct meta *meta, enum db_outcome outcome);

#endif
