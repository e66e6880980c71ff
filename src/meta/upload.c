/* SPDX-License-Identifier: MIT */
/* Upload sessions. */
#include "berth/meta/upload.h"

#include "berth/meta/statements.h"

static bool run(const struct meta *meta, int statement, struct db_values values, struct db_rows *out)
{
	return meta_ok(meta, db_run(meta->db, statement, values, out, meta->arena, meta->error));
}

bool meta_upload_create(const struct meta *meta, const char *id, const struct meta_upload *upload)
{
	struct db_rows rows;

	return run(meta, STMT_UPLOAD_CREATE,
		   DB_VALUES(db_text(id), db_i64(upload->repository), db_span(upload->hash_state),
			     db_span(upload->store_state), upload->starter.len ? db_span(upload->starter) : db_null()),
		   &rows);
}

bool meta_upload_started_by(const struct meta *meta, struct span path, struct span id, struct span starter, int64_t age,
			    bool *started)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_STARTED_BY, DB_VALUES(db_span(path), db_span(id), db_span(starter), db_i64(age)), &rows))
		return false;
	*started = rows.count > 0;
	return true;
}

bool meta_upload_find(const struct meta *meta, struct span path, struct span id, bool *found, struct meta_upload *out)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_FIND, DB_VALUES(db_span(path), db_span(id)), &rows))
		return false;
	*found = rows.count > 0;
	if (!*found)
		return true;
	out->offset = (uint64_t)db_column_i64(&rows, 0, 0);
	out->hash_state = db_column(&rows, 0, 1);
	out->store_state = db_column(&rows, 0, 2);
	out->repository = db_column_i64(&rows, 0, 3);
	return true;
}

bool meta_upload_save(const struct meta *meta, const char *id, const struct meta_upload *upload, bool *found)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_SAVE,
		 DB_VALUES(db_text(id), db_i64((int64_t)upload->offset), db_span(upload->hash_state),
			   db_span(upload->store_state)),
		 &rows))
		return false;
	*found = rows.count > 0;
	return true;
}

bool meta_upload_delete(const struct meta *meta, const char *id, bool *found)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_DELETE, DB_VALUES(db_text(id)), &rows))
		return false;
	*found = rows.count > 0;
	return true;
}

bool meta_upload_stale(const struct meta *meta, int64_t age, const char *after, int64_t limit, struct db_rows *out)
{
	return run(meta, STMT_UPLOAD_STALE, DB_VALUES(db_i64(age), db_text(after), db_i64(limit)), out);
}

bool meta_upload_claimed(const struct meta *meta, const char *id, bool *claimed)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_CLAIMED, DB_VALUES(db_text(id)), &rows))
		return false;
	*claimed = rows.count > 0;
	return true;
}

bool meta_upload_lock(const struct meta *meta, const char *id)
{
	struct db_rows rows;

	if (!run(meta, STMT_UPLOAD_LOCK, DB_VALUES(db_text(id)), &rows))
		return false;
	db_hold(meta->db);
	return true;
}

void meta_upload_unlock(struct db *db, const char *id)
{
	struct arena arena;
	struct error error;
	struct db_rows rows;

	arena_init(&arena, (size_t)64 << 10);
	if (setjmp(arena.on_exhausted) == 0) {
		arena.armed = true;
		error_init(&error, &arena);
		if (db_run(db, STMT_UPLOAD_UNLOCK, DB_VALUES(db_text(id)), &rows, &arena, &error) == DB_OK)
			db_release_hold(db); /* else db_tidy ends the connection, and the lock with it */
	}
	arena_release(&arena);
}
