/* SPDX-License-Identifier: MIT */
/* Digests as parameters and columns; outcomes as success or failure. */
#include "meta_priv.h"

#include <string.h>

#include "berth/base/log.h"
#include "berth/meta/statements.h"

#define BUSY_RETRY_AFTER_S 1

struct db *meta_db_new(const struct db_settings *settings)
{
	return db_new(settings, meta_statements, STMT_COUNT);
}

struct db_value meta_digest(const struct meta *meta, const struct digest *digest)
{
	unsigned char packed[DIGEST_PACKED_MAX];
	size_t len = digest_pack(digest, packed);

	return db_bytes(arena_memdup(meta->arena, packed, len), len);
}

/* The packed forms lie in one piece: there may be 40,000. */
struct db_value meta_digests(const struct meta *meta, const struct digest *digests, size_t count)
{
	struct span *items = arena_array(meta->arena, count + 1, sizeof *items);
	unsigned char packed[DIGEST_PACKED_MAX], *room;
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += digest_pack(&digests[i], packed);
	room = arena_alloc(meta->arena, total + 1);
	for (size_t i = 0; i < count; i++) {
		size_t len = digest_pack(&digests[i], packed);

		memcpy(room, packed, len);
		items[i] = (struct span){(char *)room, len};
		room += len;
	}
	return db_bytes_array(meta->arena, items, count);
}

bool meta_column_digest(const struct meta *meta, const struct db_rows *rows, int row, int column, struct digest *out)
{
	struct span packed = db_column(rows, row, column);

	if (digest_unpack(out, packed.ptr, packed.len))
		return true;
	log_error("database: a digest column holds no digest");
	return error_set(meta->error, E_UNKNOWN);
}

struct meta_names meta_column_names(const struct meta *meta, const struct db_rows *rows, int column)
{
	struct span *names = arena_array(meta->arena, (size_t)rows->count + 1, sizeof *names);
	size_t count = 0;

	for (int i = 0; i < rows->count; i++)
		if (!db_column_null(rows, i, column))
			names[count++] = db_column(rows, i, column);
	return (struct meta_names){names, count};
}

static bool refused_by_constraint(const struct meta *meta)
{
	if (db_in_transaction(meta->db)) {
		log_debug("database: constraint %s: the transaction is tried again", db_constraint(meta->db));
		return db_want_retry(meta->db, meta->error);
	}
	log_error("database: the constraint %s refused a statement", db_constraint(meta->db));
	return error_set(meta->error, E_UNKNOWN);
}

bool meta_ok(const struct meta *meta, enum db_outcome outcome)
{
	switch (outcome) {
	case DB_OK: return true;
	case DB_BUSY: return error_busy(meta->error, BUSY_RETRY_AFTER_S, NULL);
	case DB_CONSTRAINT: return refused_by_constraint(meta);
	case DB_RETRY:
	case DB_FAILED: break;
	}
	return false;
}

bool meta_run(const struct meta *meta, int statement, struct db_values values, struct db_rows *out)
{
	return meta_ok(meta, db_run(meta->db, statement, values, out, meta->arena, meta->error));
}

bool meta_do(const struct meta *meta, int statement, struct db_values values)
{
	struct db_rows rows;

	return meta_run(meta, statement, values, &rows);
}

bool meta_any(const struct meta *meta, int statement, struct db_values values, bool *any)
{
	struct db_rows rows;

	if (!meta_run(meta, statement, values, &rows))
		return false;
	*any = rows.count > 0;
	return true;
}

bool meta_deleted(const struct meta *meta, enum db_outcome outcome, const char *constraint, const struct db_rows *rows,
		  enum meta_deleted *out)
{
	if (outcome == DB_CONSTRAINT && strcmp(db_constraint(meta->db), constraint) == 0) {
		*out = META_DELETE_REFERENCED;
		return true;
	}
	if (!meta_ok(meta, outcome))
		return false;
	if (db_column_null(rows, 0, 0))
		*out = META_DELETE_UNKNOWN;
	else
		*out = db_column_i64(rows, 0, 0) ? META_DELETED : META_DELETE_REFERENCED;
	return true;
}

/* The foreign keys of accounts and projects have the names that PostgreSQL makes. */
static bool is_foreign_key(const char *constraint)
{
	size_t len = strlen(constraint);

	return len > 5 && strcmp(constraint + len - 5, "_fkey") == 0;
}

bool meta_changed(const struct meta *meta, enum db_outcome outcome, const struct db_rows *rows, enum meta_change *out)
{
	/* A foreign key refuses no value: the row that it needs was removed meanwhile. */
	if (outcome == DB_CONSTRAINT && !is_foreign_key(db_constraint(meta->db))) {
		*out = META_CHANGE_REFUSED;
		return true;
	}
	if (!meta_ok(meta, outcome))
		return false;
	*out = rows->count == 0 ? META_CHANGE_UNKNOWN : db_column_null(rows, 0, 0) ? META_CHANGE_EXISTS : META_CHANGED;
	return true;
}
