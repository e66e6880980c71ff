/* SPDX-License-Identifier: MIT */
/* What the modules of this floor share: running a statement, digests as parameters and columns, outcomes as success or failure. */
#ifndef BERTH_META_META_PRIV_H
#define BERTH_META_META_PRIV_H

#include "berth/base/digest.h"
#include "berth/meta/meta.h"

/*
 * True for DB_OK; else the error is set. DB_BUSY becomes 429. An unforeseen DB_CONSTRAINT asks for the transaction to be run
 * again, because what the statement relied on was removed meanwhile. Outside of a transaction an unforeseen constraint is a
 * fault of the program: its name is logged, and the error is 500. Callers that expect a constraint compare its name before.
 */
bool meta_ok(const struct meta *meta, enum db_outcome outcome);

/* Runs a statement: meta_ok of db_run. The rows live as long as the arena. */
bool meta_run(const struct meta *meta, int statement, struct db_values values, struct db_rows *out);

/* Runs a statement whose rows, if there are any, mean nothing to the caller. */
bool meta_do(const struct meta *meta, int statement, struct db_values values);

/* Runs a statement that answers by whether it returns a row. */
bool meta_any(const struct meta *meta, int statement, struct db_values values, bool *any);

/* A digest as a parameter; its bytes live in the arena. */
struct db_value meta_digest(const struct meta *meta, const struct digest *digest);

/* Many digests as one bytea[] parameter. */
struct db_value meta_digests(const struct meta *meta, const struct digest *digests, size_t count);

/* Reads a digest column. E_UNKNOWN, logged, for a value that is no digest: the CHECKs of the schema forbid it. */
bool meta_column_digest(const struct meta *meta, const struct db_rows *rows, int row, int column, struct digest *out);

/* Reads a column of names, leaving out NULL. */
struct meta_names meta_column_names(const struct meta *meta, const struct db_rows *rows, int column);

/*
 * Reads the answer of a function of sql/0007_ask_before_deleting.sql. `constraint` is the foreign key that stands behind the
 * answer: if that key refuses the deletion after all, the row is referenced, too.
 */
bool meta_deleted(const struct meta *meta, enum db_outcome outcome, const char *constraint, const struct db_rows *rows,
		  enum meta_deleted *out);

/*
 * How an administrative change ended, from the answer of its statement: no row, META_CHANGE_UNKNOWN; NULL in the first column,
 * META_CHANGE_EXISTS; a constraint, META_CHANGE_REFUSED.
 */
bool meta_changed(const struct meta *meta, enum db_outcome outcome, const struct db_rows *rows, enum meta_change *out);

#endif
