/* SPDX-License-Identifier: MIT */
/* Repositories: found, made with their ancestors, listed. */
#include "berth/meta/repository.h"

#include "berth/meta/statements.h"

static bool find(const struct meta *meta, struct span path, int64_t *id)
{
	struct db_rows rows;

	if (!meta_ok(meta,
		     db_run(meta->db, STMT_REPOSITORY_FIND, DB_VALUES(db_span(path)), &rows, meta->arena, meta->error)))
		return false;
	*id = rows.count ? db_column_i64(&rows, 0, 0) : 0;
	return true;
}

bool meta_repository_make(const struct meta *meta, struct span path, int64_t *id)
{
	struct db_rows rows;

	if (!find(meta, path, id) || *id)
		return *id != 0;
	/* a statement of its own before the next look: a row that another session made is seen only then */
	return meta_ok(meta, db_run(meta->db, STMT_REPOSITORY_CREATE, DB_VALUES(db_span(path)), &rows, meta->arena,
				    meta->error)) &&
	       find(meta, path, id) && (*id || error_unavailable(meta->error, 1));
}

bool meta_repository_pushed(const struct meta *meta, int64_t id)
{
	struct db_rows rows;

	return meta_ok(meta,
		       db_run(meta->db, STMT_REPOSITORY_PUSHED, DB_VALUES(db_i64(id)), &rows, meta->arena, meta->error));
}

bool meta_repository_list(const struct meta *meta, struct span after, int64_t limit, struct db_rows *out)
{
	return meta_ok(meta, db_run(meta->db, STMT_CATALOG_PAGE, DB_VALUES(db_span(after), db_i64(limit)), out, meta->arena,
				    meta->error));
}
