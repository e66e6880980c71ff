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
 * True for DB_OK. DB_BUSY becomes 429. An unforeseen DB_CONSTRAINT becomes a retry of the transaction: what a statement relied
 * on went away under it. Outside of a transaction it is a fault of ours: logged, with the constraint's name, and 500. Callers
 * that expect a constraint look at the outcome before.
 */
bool meta_ok(const struct meta *meta, enum db_outcome outcome);

enum meta_deleted { META_DELETED, META_DELETE_UNKNOWN, META_DELETE_REFERENCED };

/*
 * What a function of sql/0007_ask_before_deleting.sql said. `constraint` is the foreign key that stands behind its answer: when
 * that key refuses the deletion after all, the row is referenced, too.
 */
bool meta_deleted(const struct meta *meta, enum db_outcome outcome, const char *constraint, const struct db_rows *rows,
		  enum meta_deleted *out);

#endif
